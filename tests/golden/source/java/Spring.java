import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.retry.annotation.Retryable;
import org.springframework.web.client.RestTemplate;

class Launch {
  @JsonProperty("flow_id") private String flowId;
  private Map<String, Object> inputData;
  public String getFlowId() { return flowId; }
  public Map<String, Object> getInputData() { return inputData; }
  Launch(String flowId, Map<String, Object> inputData) { this.flowId = flowId; this.inputData = inputData; }
}

class Caller {
  private final RestTemplate rest = new RestTemplate();

  @Retryable
  void launch(String token, String id) {
    HttpHeaders headers = new HttpHeaders();
    headers.setContentType(MediaType.APPLICATION_JSON);
    headers.setBearerAuth(token);
    HttpEntity<Launch> entity = new HttpEntity<>(new Launch(id, Map.of("Flow.a", 1)), headers);
    rest.postForEntity("https://api.mypurecloud.de/api/v2/flows/executions", entity, String.class); //~ TL202 /flow_id cause; TL644 raw side
  }
}
