using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace Acme.Genesys;

public sealed record LaunchRequest(
    [property: JsonPropertyName("flowId")] string FlowId,
    [property: JsonPropertyName("inputData")] Dictionary<string, object?> InputData);

public class FlowClient
{
    private readonly HttpClient _http;

    public FlowClient(HttpClient http, string region, string token)
    {
        _http = http;
        _http.BaseAddress = new Uri($"https://api.{region}");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<string> LaunchAsync(string flowId, string orderId, CancellationToken ct)
    {
        var body = new LaunchRequest(flowId, new() { ["Flow.orderId"] = orderId });
        using var res = await _http.PostAsJsonAsync("/api/v2/flows/executions", body, ct); //~ sound
        res.EnsureSuccessStatusCode();
        var json = await res.Content.ReadFromJsonAsync<Dictionary<string, object>>(cancellationToken: ct);
        return json!["id"].ToString()!;
    }
}
