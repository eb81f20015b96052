using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using Newtonsoft.Json;

namespace Acme
{
    public class ExecutionRequest
    {
        public string FlowId { get; set; }
        [JsonProperty("inputs")]
        public object Inputs { get; set; }
    }

    public class Launcher
    {
        private const string Url = "https://api.mypurecloud.com/api/v2/flows/executions";
        private static readonly HttpClient Client = new HttpClient();

        public async Task<string> Launch(string token, string flowId)
        {
            var json = JsonConvert.SerializeObject(new ExecutionRequest { FlowId = flowId, Inputs = new { name = "x" } });
            var request = new HttpRequestMessage(HttpMethod.Post, Url); //~ TL202 /inputs cause; TL605 header:Content-Type cause; TL641 /FlowId cause
            request.Headers.Add("Authorization", "Bearer " + token);
            request.Content = new StringContent(json, Encoding.UTF8);
            var response = await Client.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }
    }
}
