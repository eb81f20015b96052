using System.Net.Http;
using System.Text;
using System.Text.Json;
public class Order { public string flowId; public object inputData; private int tries; }
public class FieldSender(HttpClient http)
{
    public Task<HttpResponseMessage> Send(string id)
    {
        var content = new StringContent(JsonSerializer.Serialize(new Order { flowId = id, inputData = new { } }), Encoding.UTF8, "application/json");
        return http.PostAsync($"https://api.mypurecloud.com/api/v2/flows/executions", content); //~ TL642 /flowId cause; TL642 /inputData side
    }
    public Task<HttpResponseMessage> Newton(string id)
    {
        var content = new StringContent(Newtonsoft.Json.JsonConvert.SerializeObject(new Order { flowId = id, inputData = new { } }), Encoding.UTF8, "application/json");
        return http.PostAsync($"https://api.mypurecloud.com/api/v2/flows/executions", content); //~ sound
    }
}
