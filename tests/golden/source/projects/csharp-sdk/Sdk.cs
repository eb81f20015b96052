using PureCloudPlatform.Client.V2.Api;
using PureCloudPlatform.Client.V2.Client;
using PureCloudPlatform.Client.V2.Extensions;
using PureCloudPlatform.Client.V2.Model;

class Program
{
    static void Main()
    {
        Configuration.Default.ApiClient.setBasePath(PureCloudRegionHosts.eu_west_1);
        Configuration.Default.ApiClient.PostToken(Environment.GetEnvironmentVariable("ID"), Environment.GetEnvironmentVariable("SECRET"));
        var api = new ArchitectApi();
        var body = new FlowExecutionLaunchRequest
        {
            FlowId = args[0],
            InputData = new Dictionary<string, object> { { "Flow.customer", "c-1" } },
        };
        FlowExecutionLaunchResponse result = api.PostFlowsExecutions(body); //~ sound
        api.PostFlowsExecutions(new FlowExecutionLaunchRequest(InputData: new Dictionary<string, object>(), Name: "n")); //~ TL203 /flowId cause
    }
}
