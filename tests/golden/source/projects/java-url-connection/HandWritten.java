package com.acme;

import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;

public class HandWritten {
    static int post(String token, String flow, String who) throws Exception {
        URL url = new URL("https://api.mypurecloud.com/api/v2/flows/executions");
        HttpURLConnection con = (HttpURLConnection) url.openConnection(); //~ TL605 header:Content-Type cause; TL645 raw possible
        con.setRequestMethod("POST");
        con.setDoOutput(true);
        con.setRequestProperty("Authorization", "Bearer " + token);
        String json = "{\"flowId\":\"" + flow + "\",\"inputData\":{\"Flow.who\":\"" + who + "\"}}";
        try (OutputStream os = con.getOutputStream()) {
            os.write(json.getBytes(StandardCharsets.UTF_8));
        }
        return con.getResponseCode();
    }
}
