const API = process.env.GENESYS_API;

async function call(path, { method = 'GET', body, token }) {
  const res = await fetch(`${API}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!res.ok) throw new Error(`${res.status} ${await res.text()}`);
  return res.json();
}

exports.launch = async (token, flowId, { customerId, reason }) =>
  call('/api/v2/flows/executions', { //~ sound
    method: 'POST',
    token,
    body: { flowId, inputData: { 'Flow.customerId': customerId, 'Flow.reason': reason } },
  });
