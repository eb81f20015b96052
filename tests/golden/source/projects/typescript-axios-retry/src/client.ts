import axios, { AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import { FLOW_EXECUTION_PATH, LaunchRequest } from './constants';

export class GenesysClient {
  private readonly http: AxiosInstance;

  constructor(region: string, token: string) {
    this.http = axios.create({
      baseURL: `https://api.${region}`,
      headers: { Authorization: `Bearer ${token}` },
      timeout: 10_000,
    });
    axiosRetry(this.http, { retries: 3, retryCondition: () => true });
  }

  async launch(flowId: string, inputs: Record<string, unknown>): Promise<string> {
    const body: LaunchRequest = { flowId, inputs, flowVersion: 2 };
    const { data } = await this.http.post(FLOW_EXECUTION_PATH, body); //~ TL202 /inputs cause; TL204 /flowVersion cause; TL644 raw side
    return data.id;
  }
}
