using System.Net.Http;
using System.Text;
using System.Text.Json;

public class Interpolated
{
    private readonly IHttpClientFactory _factory;
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    public Interpolated(IHttpClientFactory factory) { _factory = factory; }

    public async Task Fire(string flowId, string text)
    {
        var client = _factory.CreateClient("genesys");
        var body = $@"{{ ""flowId"": ""{flowId}"", ""inputData"": {{ ""Flow.text"": ""{text}"" }} }}";
        await client.PostAsync("/api/v2/flows/executions", new StringContent(body, Encoding.UTF8, "application/json")); //~ TL645 raw possible
    }

    public async Task Snake(string flowId, Dictionary<string, object> inputs)
    {
        var client = _factory.CreateClient("genesys");
        var payload = JsonSerializer.Serialize(new Launch { FlowId = flowId, InputData = inputs }, Options);
        await client.PostAsync("/api/v2/flows/executions", new StringContent(payload, Encoding.UTF8, "application/json")); //~ TL641 /flow_id cause; TL641 /input_data cause
    }

    public async Task Camel(string flowId, Dictionary<string, object> inputs)
    {
        var client = _factory.CreateClient("genesys");
        var payload = JsonSerializer.Serialize(new Launch { FlowId = flowId, InputData = inputs }, new JsonSerializerOptions(JsonSerializerDefaults.Web));
        await client.PostAsync("/api/v2/flows/executions", new StringContent(payload, Encoding.UTF8, "application/json")); //~ sound
    }
    class Launch { public string FlowId { get; set; } public Dictionary<string, object> InputData { get; set; } }
}
