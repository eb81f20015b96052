using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

public abstract class Envelope { [JsonPropertyName("traceId")] public string TraceId { get; set; } = ""; }
public class LaunchDto : Envelope
{
    [JsonPropertyName("flowId")] internal string FlowId { get; set; } = "";
    [JsonIgnore] public string Secret { get; set; } = "";
    [JsonPropertyName("inputData")] public Dictionary<string, string> Data { get; } = new();
}
public class Sender(HttpClient http)
{
    public Task<HttpResponseMessage> Send(string id)
    {
        var dto = new LaunchDto { FlowId = id };
        dto.Data["Flow.id"] = id;
        var content = new StringContent(JsonSerializer.Serialize(dto), Encoding.UTF8, "application/json");
        return http.PostAsync($"https://api.mypurecloud.com/api/v2/flows/executions", content); //~ TL202 /traceId cause; TL642 /flowId cause
    }
}
