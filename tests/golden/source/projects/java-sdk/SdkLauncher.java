package com.acme;

import com.mypurecloud.sdk.v2.ApiClient;
import com.mypurecloud.sdk.v2.ApiException;
import com.mypurecloud.sdk.v2.Configuration;
import com.mypurecloud.sdk.v2.PureCloudRegionHosts;
import com.mypurecloud.sdk.v2.api.ArchitectApi;
import com.mypurecloud.sdk.v2.model.FlowExecutionLaunchRequest;
import com.mypurecloud.sdk.v2.model.FlowExecutionLaunchResponse;
import java.util.Map;

public class SdkLauncher {
    public static FlowExecutionLaunchResponse go(String flow, String id) throws Exception {
        ApiClient client = ApiClient.Builder.standard().withBasePath(PureCloudRegionHosts.eu_west_1).build();
        client.authorizeClientCredentials(System.getenv("ID"), System.getenv("SECRET"));
        Configuration.setDefaultApiClient(client);
        ArchitectApi api = new ArchitectApi();
        FlowExecutionLaunchRequest request = new FlowExecutionLaunchRequest();
        request.setFlowId(flow);
        request.setInputData(Map.of("Flow.id", id));
        return api.postFlowsExecutions(request); //~ sound
    }

    public static FlowExecutionLaunchResponse faulty(ArchitectApi api, String id) throws Exception {
        return api.postFlowsExecutions(new FlowExecutionLaunchRequest().inputData(Map.of("id", id))); //~ TL203 /flowId cause; TL221 /inputData/id cause
    }
}
