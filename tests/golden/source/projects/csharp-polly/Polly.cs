using System.Net.Http;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Extensions.Http;

public static class Setup
{
    public static void AddGenesys(this IServiceCollection services)
    {
        services.AddHttpClient<Genesys>(c => c.BaseAddress = new Uri("https://api.mypurecloud.ie"))
            .AddPolicyHandler(HttpPolicyExtensions.HandleTransientHttpError().WaitAndRetryAsync(3, n => TimeSpan.FromSeconds(n)));
    }
}

public class Genesys
{
    private readonly HttpClient _client;
    public Genesys(HttpClient client) => _client = client;

    public Task<HttpResponseMessage> Start(string flow, string token)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, "/api/v2/flows/executions") //~ TL644 raw side
        {
            Content = JsonContent.Create(new { flowId = flow, inputData = new Dictionary<string, string> { ["Flow.a"] = "b" } }),
        };
        message.Headers.Authorization = new("Bearer", token);
        return _client.SendAsync(message);
    }
}
