import axios from "axios";
import axiosRetry from "axios-retry";

interface Launch {
  flowId: string;
  inputs: Record<string, unknown>;
}

const client = axios.create({ baseURL: "https://api.mypurecloud.ie/api/v2" });
axiosRetry(client, { retries: 3, retryCondition: () => true });

export async function launch(id: string, token: string) {
  const body: Launch = { flowId: id, inputs: { "Flow.a": 1 } };
  return client.post("/flows/executions", body, { headers: { Authorization: `Bearer ${token}` } }); //~ TL202 /inputs cause; TL644 raw side
}

export async function other(id: string, token: string) {
  return axios.post("https://api.mypurecloud.ie/api/v2/flows/executions", { flowId: id, inputData: {} }, { headers: { Authorization: `Bearer ${token}` } }); //~ sound
}
