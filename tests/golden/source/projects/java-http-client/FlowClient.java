package com.acme.genesys;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

public class FlowClient {
    private static final String PATH = "/api/v2/flows/executions";
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final ObjectMapper mapper = new ObjectMapper();
    private final String baseUrl;
    private final TokenProvider tokens;

    public FlowClient(String baseUrl, TokenProvider tokens) {
        this.baseUrl = baseUrl;
        this.tokens = tokens;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LaunchRequest(String flowId, String flowVersion, Map<String, Object> inputData, String name) {}

    public String launch(String flowId, Map<String, Object> inputs) throws Exception {
        var body = new LaunchRequest(flowId, null, inputs, null);
        HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + PATH)) //~ sound
                .header("Authorization", "Bearer " + tokens.get())
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString(mapper.writeValueAsString(body)))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException("launch failed: " + response.statusCode());
        }
        return mapper.readTree(response.body()).get("id").asText();
    }
}
