// What every step of the tour with the official JavaScript client has at hand: the client, the twin's own controls, what was learnt so far.
'use strict';

const assert = require('node:assert/strict');
const platform = require('purecloud-platform-client-v2');

const CALLBACK = 'Customer callback';
const NOBODY = '00000000-0000-4000-8000-000000000000';

class Walk {
  /** One walk through a twin; `told` is tour.json. */
  constructor(url, id, secret, told) {
    Object.assign(this, { url, id, secret, told, flows: {} });
    this.client = this.fresh();
    this.architect = new platform.ArchitectApi(this.client);
  }

  /** A client without a token. */
  fresh() {
    const at = new URL(this.url);
    const client = new platform.ApiClientClass();
    client.setGateway({ host: at.hostname, protocol: 'http', port: Number(at.port), path_params_login: '', path_params_api: '' });
    return client;
  }

  /** Make another client in the org, one of those that tour.json names; gives the SDK's client with its token. */
  async other(name) {
    const id = `conformance-${name}`;
    await this.control('clients', { id, secret: 's', ...this.told.clients[name] });
    const client = this.fresh();
    await client.loginClientCredentialsGrant(id, 's');
    return client;
  }

  request(flow, inputData, flowVersion) {
    return { flowId: this.flows[flow], inputData, flowVersion, name: 'from the official client' };
  }

  sound() {
    return this.request(CALLBACK, { 'Flow.customerId': 'c-1', 'Flow.attempt': 2, 'Flow.topics': ['a', 'b'] });
  }

  trigger() {
    const { trigger } = this.told;
    return { ...trigger, target: { ...trigger.target, id: this.flows['Webhook intake'] } };
  }

  /** Launch through the client's own general call, for what its typed one would not let out. */
  post(body, mediaType) {
    return this.client.callApi(
      '/api/v2/flows/executions', 'POST', {}, {}, {}, {}, body, ['PureCloud OAuth'], [mediaType], ['application/json'],
    );
  }

  passTime(seconds) {
    return this.control('clock', { move_ms: seconds * 1000 });
  }

  /** Ask something of the twin itself, below /_twin/. */
  async control(name, body) {
    const asked = body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${this.url}/_twin/${name}`, asked);
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  }
}

/** Hold a call to the refusal it should get; an error of the token endpoint has its code in `error`. */
async function refused(call, status, code) {
  let said;
  try {
    await call();
  } catch (error) {
    said = error;
  }
  assert.ok(said, `not refused; ${status} ${code} was due`);
  const body = said.response?.data ?? said;
  const got = [said.status ?? said.response?.status, body.code ?? body.error];
  assert.deepEqual(got, [status, code], String(said.stack || JSON.stringify(said)));
  if (!body.error) assert.ok(body.status === status && body.message && body.contextId, JSON.stringify(body));
  return code;
}

module.exports = { CALLBACK, NOBODY, Walk, assert, platform, refused };
