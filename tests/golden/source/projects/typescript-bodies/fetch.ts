type Inputs = { [key: string]: string };

export class Launcher {
  constructor(private base: string, private tokenProvider: () => Promise<string>) {}

  private async headers(): Promise<Headers> {
    const h = new Headers();
    h.set('Authorization', `Bearer ${await this.tokenProvider()}`);
    return h;
  }

  async run(flow: string, inputs: Inputs) {
    const headers = await this.headers();
    const response = await fetch(new URL('/api/v2/flows/executions', this.base), { //~ TL202 /flow_id cause; TL605 header:Content-Type cause
      method: 'POST',
      headers,
      body: JSON.stringify({ flow_id: flow, inputData: inputs }),
    });
    return response.json();
  }

  async runForm(flow: string) {
    const response = await fetch(`${this.base}/api/v2/flows/executions`, { //~ TL611 raw cause
      method: 'POST',
      headers: { Authorization: `Bearer ${await this.tokenProvider()}`, 'Content-Type': 'application/json' },
      body: new URLSearchParams({ flowId: flow }),
    });
    return response.json();
  }

  async object(flow: string) {
    return fetch(`${this.base}/api/v2/flows/executions`, { //~ TL611 raw cause
      method: 'POST',
      headers: { Authorization: `Bearer ${await this.tokenProvider()}`, 'Content-Type': 'application/json' },
      body: { flowId: flow } as any,
    });
  }
}
