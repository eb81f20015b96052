const URL = "https://api.mypurecloud.ie/api/v2/flows/executions";

export async function sound(token, id) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  return fetch(URL, { method: "POST", headers, body: JSON.stringify({ flowId: id, inputData: { "Flow.a": [1] } }) }); //~ sound
}

export async function notStringified(token, id) {
  return fetch(URL, { method: "POST", headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" }, body: { flowId: id } }); //~ TL611 raw cause
}

export async function noType(token, id) {
  const body = JSON.stringify({ flowId: id, parameters: { a: 1 } });
  return fetch(URL, { method: "POST", headers: { Authorization: "Bearer " + token }, body }); //~ TL605 header:Content-Type cause; TL202 /parameters cause
}
