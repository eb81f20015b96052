package com.acme;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import lombok.AllArgsConstructor;
import lombok.Builder;
import lombok.Data;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

public class WebClientLauncher {
    private final WebClient web;

    public WebClientLauncher(WebClient.Builder builder, String token) {
        this.web = builder.baseUrl("https://api.mypurecloud.jp").defaultHeader("Authorization", "Bearer " + token).build();
    }

    @Data
    @Builder
    @AllArgsConstructor
    static class Launch {
        @JsonProperty("flow_id")
        private String flowId;
        private Map<String, Object> inputData;
        private Integer flowVersion;
    }

    public Mono<String> launch(String id, Map<String, Object> vars) {
        return web.post() //~ TL202 /flow_id cause; TL204 /flowVersion cause; TL644 raw side
                .uri("/api/v2/flows/executions")
                .bodyValue(Launch.builder().flowId(id).inputData(vars).flowVersion(3).build())
                .retrieve()
                .bodyToMono(String.class)
                .retryWhen(Retry.backoff(3, java.time.Duration.ofSeconds(1)));
    }
}
