package com.acme;

import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.*;
import org.springframework.retry.annotation.Backoff;
import org.springframework.retry.annotation.Retryable;
import org.springframework.stereotype.Service;
import org.springframework.web.client.RestTemplate;

@Service
public class RestTemplateLauncher {
    private final RestTemplate rest;
    @Value("${genesys.api}")
    private String api;

    public RestTemplateLauncher(RestTemplate rest) {
        this.rest = rest;
    }

    @Retryable(maxAttempts = 5, backoff = @Backoff(delay = 500))
    public String launch(String token, String flowId, Map<String, String> data) {
        HttpHeaders headers = new HttpHeaders();
        headers.setBearerAuth(token);
        headers.setContentType(MediaType.APPLICATION_JSON);
        Map<String, Object> body = new HashMap<>();
        body.put("flowId", flowId);
        body.put("inputData", data);
        ResponseEntity<Map> res = rest.exchange(api + "/api/v2/flows/executions", HttpMethod.POST, new HttpEntity<>(body, headers), Map.class); //~ TL644 raw side
        return (String) res.getBody().get("id");
    }
}
