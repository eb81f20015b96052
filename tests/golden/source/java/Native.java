import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

class Native {
  void joined(String token, String id) throws Exception {
    String body = "{\"flowId\": \"" + id + "\", \"inputdata\": {}}";
    HttpRequest request = HttpRequest.newBuilder() //~ TL605 header:Content-Type cause; TL202 /inputdata cause; TL645 raw possible
        .uri(URI.create("https://api.mypurecloud.com/api/v2/flows/executions"))
        .header("Authorization", "Bearer " + token)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  void block(String token) throws Exception {
    String body = """
        {"flowId": "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a", "inputData": {"Flow.a": "1"}}
        """;
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://api.mypurecloud.com/api/v2/flows/executions")) //~ sound
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
