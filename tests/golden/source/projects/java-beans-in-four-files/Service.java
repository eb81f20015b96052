package com.acme;

import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

public class Service {
    private final RestClient client;
    public Service(RestClient.Builder b) {
        this.client = b.baseUrl("https://api.cac1.pure.cloud").build();
    }
    public void launch(String token, String id, Map<String, Object> in) {
        client.post() //~ TL202 /flowID cause; TL202 /requestId cause
            .uri(Endpoints.EXECUTIONS)
            .header("Authorization", "Bearer " + token)
            .contentType(MediaType.APPLICATION_JSON)
            .body(new FlowLaunchCommand(id, in))
            .retrieve()
            .toBodilessEntity();
    }
}
