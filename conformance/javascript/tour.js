// A tour of a twin with the official JavaScript client, unmodified: `node tour.js URL CLIENT_ID CLIENT_SECRET`.
// Prints a line for each step and `ok N steps` at the end; the first step that is not as the cloud's own would be ends it with status 1.
'use strict';

const assert = require('node:assert/strict');
const platform = require('purecloud-platform-client-v2');

const [url, id, secret] = process.argv.slice(2);
const VIEWER = 'conformance-javascript-viewer';
const NOBODY = '00000000-0000-4000-8000-000000000000';

function clientOf(address) {
  const at = new URL(address);
  const client = new platform.ApiClientClass();
  client.setGateway({ host: at.hostname, protocol: 'http', port: Number(at.port), path_params_login: '', path_params_api: '' });
  return client;
}

async function control(name, body) {
  const asked = body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/_twin/${name}`, asked);
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

/** Hold a call to the refusal it should get. */
async function refused(call, status, code) {
  let said;
  try {
    await call();
  } catch (error) {
    said = error;
  }
  assert.ok(said, `not refused; ${status} ${code} was due`);
  assert.deepEqual([said.status, said.code], [status, code], String(said.stack || JSON.stringify(said)));
  return `${status} ${code}`;
}

const client = clientOf(url);
const architect = new platform.ArchitectApi(client);
const flows = {};
let execution;

const request = (flow, inputData = { 'Flow.customerId': 'c-1', 'Flow.attempt': 2 }) => ({
  flowId: flows[flow],
  inputData,
  name: 'from the official client',
});

const steps = {
  token: async () => {
    const data = await client.loginClientCredentialsGrant(id, secret);
    return `${data.accessToken.length} characters`;
  },
  'wrong secret': async () => {
    let said;
    try {
      await clientOf(url).loginClientCredentialsGrant(id, 'wrong');
    } catch (error) {
      said = error;
    }
    assert.ok(said, 'a wrong secret got a token');
    assert.equal(said.status ?? said.response?.status, 400, said.stack);
    return '400';
  },
  'list flows': async () => {
    const listing = await architect.getFlows({ includeSchemas: true, pageSize: 100 });
    for (const flow of listing.entities) flows[flow.name] = flow.id;
    const callback = listing.entities.find((flow) => flow.name === 'Customer callback');
    assert.ok(callback.inputSchema.properties['Flow.customerId']);
    return `${listing.total} flows`;
  },
  launch: async () => {
    const launched = await architect.postFlowsExecutions(request('Customer callback'));
    execution = launched.id;
    assert.deepEqual([launched.flowVersion.id, launched.name], ['1.0', 'from the official client']);
    return execution;
  },
  'read the execution': async () => {
    const run = await architect.getFlowsExecution(execution);
    assert.equal(run.id, execution);
    assert.ok(['RUNNING', 'COMPLETED'].includes(run.status), run.status);
    return `${run.status} since ${run.dateLaunched}`;
  },
  '400 unknown field': () =>
    refused(() => architect.postFlowsExecutions({ flowId: flows['Customer callback'], priority: 1 }), 400, 'invalid.property'),
  '400 unpublished': () =>
    refused(() => architect.postFlowsExecutions(request('Draft survey', {})), 400, 'flow.config.not.published'),
  401: () => {
    const other = clientOf(url);
    other.setAccessToken('stolen');
    return refused(() => new platform.ArchitectApi(other).postFlowsExecutions(request('Customer callback')), 401, 'bad.credentials');
  },
  403: async () => {
    await control('clients', { id: VIEWER, secret: 's', permissions: ['architect:flow:view'] });
    const other = clientOf(url);
    await other.loginClientCredentialsGrant(VIEWER, 's');
    const launch = () => new platform.ArchitectApi(other).postFlowsExecutions(request('Customer callback'));
    return refused(launch, 403, 'missing.any.permissions');
  },
  404: () =>
    refused(() => architect.postFlowsExecutions({ flowId: NOBODY }), 404, 'architect.flow.not.found'),
  415: () => {
    // The client's own general call, for what its typed one would not let out.
    const body = JSON.stringify(request('Customer callback'));
    const launch = () =>
      client.callApi('/api/v2/flows/executions', 'POST', {}, {}, {}, {}, body, ['PureCloud OAuth'], ['text/plain'], ['application/json']);
    return refused(launch, 415, 'unsupported.media.type');
  },
  429: async () => {
    await control('limits', { per_minute: 1 });
    try {
      await architect.getFlow(flows['Customer callback']);
      return await refused(() => architect.getFlow(flows['Customer callback']), 429, 'too.many.requests.retry.after');
    } finally {
      await control('limits', { per_minute: 300 });
    }
  },
};
const order = ['token', 'wrong secret', 'list flows', 'launch', 'read the execution', '400 unknown field', '400 unpublished', '401', '403', '404', '415', '429'];

(async () => {
  assert.deepEqual([...order].sort(), Object.keys(steps).sort());
  for (const [index, name] of order.entries()) {
    const number = String(index + 1).padStart(2);
    try {
      console.log(`${number} ${name}: ${await steps[name]()}`);
    } catch (fault) {
      console.log(`${number} ${name}: FAILED: ${fault.stack || JSON.stringify(fault)}`);
      process.exit(1);
    }
  }
  console.log(`ok ${order.length} steps`);
  process.exit(0);
})();
