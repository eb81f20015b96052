import got from 'got';

const client = got.extend({
  prefixUrl: 'https://api.mypurecloud.com.au/api/v2',
  retry: { limit: 4, methods: ['GET', 'POST'] },
  responseType: 'json',
});

export async function startFlow(token, flowId, data) {
  const { body } = await client.post('flows/executions', { //~ TL644 raw side
    headers: { authorization: `Bearer ${token}` },
    json: { flowId, inputData: Object.fromEntries(Object.entries(data).map(([k, v]) => [`Flow.${k}`, v])) },
  });
  return body.id;
}
