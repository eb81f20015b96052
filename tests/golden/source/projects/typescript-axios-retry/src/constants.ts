export const FLOW_EXECUTION_PATH = '/api/v2/flows/executions';
export interface LaunchRequest {
  flowId: string;
  inputs?: Record<string, unknown>;
  flowVersion?: number;
}
