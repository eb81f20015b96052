package com.acme;

import java.io.IOException;
import okhttp3.*;
import org.json.JSONObject;

public class OkLauncher {
    public static final MediaType JSON = MediaType.get("application/json; charset=utf-8");
    private final OkHttpClient client = new OkHttpClient.Builder().retryOnConnectionFailure(true).build();

    String start(String token, String flowId, String phone) throws IOException {
        JSONObject inputs = new JSONObject();
        inputs.put("Flow.phone", phone);
        JSONObject payload = new JSONObject();
        payload.put("flowId", flowId);
        payload.put("parameters", inputs);
        RequestBody body = RequestBody.create(payload.toString(), JSON);
        Request request = new Request.Builder() //~ TL202 /parameters cause
                .url("https://api.mypurecloud.com/api/v2/flows/executions")
                .addHeader("Authorization", "Bearer " + token)
                .post(body)
                .build();
        try (Response response = client.newCall(request).execute()) {
            return response.body().string();
        }
    }
}
