using RestSharp;
using RestSharp.Authenticators.OAuth2;

public class RestLauncher
{
    private readonly RestClient _client;
    public RestLauncher(string token)
    {
        var options = new RestClientOptions("https://api.mypurecloud.de") { Authenticator = new OAuth2AuthorizationRequestHeaderAuthenticator(token, "Bearer") };
        _client = new RestClient(options);
    }

    public async Task<RestResponse> Launch(string flowId, int attempt)
    {
        var request = new RestRequest("api/v2/flows/executions", Method.Post); //~ TL221 /inputData/attempt cause
        request.AddJsonBody(new { flowId, inputData = new Dictionary<string, object> { { "attempt", attempt } } });
        return await _client.ExecuteAsync(request);
    }
}
