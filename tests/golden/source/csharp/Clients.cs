using System.Collections.Generic;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Tasks;

public class Launch
{
    [JsonPropertyName("flowId")] public string FlowId { get; set; }
    public Dictionary<string, object> InputData { get; set; }
}

public class Caller
{
    private const string Url = "https://api.mypurecloud.com/api/v2/flows/executions";

    public async Task Texts(HttpClient http, string id)
    {
        var body = new Launch { FlowId = id, InputData = new() { ["Flow.a"] = 1 } };
        await http.PostAsync(Url, new StringContent(JsonSerializer.Serialize(body))); //~ TL605 header:Content-Type cause; TL641 /InputData cause
    }

    public async Task Anonymous(HttpClient http, string id)
    {
        await http.PostAsJsonAsync(Url, new { flowId = id, inputs = new { a = 1 } }); //~ TL202 /inputs cause
    }

    public async Task Sound(HttpClient http, string id, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Url) //~ sound
        {
            Content = new StringContent(JsonSerializer.Serialize(new { flowId = id, inputData = new Dictionary<string, object> { ["Flow.a"] = 1 } }), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await http.SendAsync(request);
    }
}
