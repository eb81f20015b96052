// Steps of the tour that are refused, each with the status and the code that was published.
'use strict';

const { CALLBACK, NOBODY, assert, platform, refused } = require('./walk');

module.exports = {
  'a token refused: client, secret, grant': async (walk) => {
    await refused(() => walk.fresh().loginClientCredentialsGrant('nobody', 's'), 400, 'invalid_client');
    await refused(() => walk.fresh().loginClientCredentialsGrant(walk.id, 'wrong'), 400, 'invalid_client');
    const grant = () => walk.fresh().loginCodeAuthorizationGrant(walk.id, walk.secret, 'c', 'u');
    return `invalid_client twice, ${await refused(grant, 400, 'unsupported_grant_type')}`;
  },

  'a token refused: too many': async (walk) => {
    await walk.control('limits', { tokens_per_minute: 1 });
    try {
      await walk.other('busy');
      return await refused(() => walk.other('busy'), 400, 'invalid_request');
    } finally {
      await walk.control('limits', { tokens_per_minute: 0 });
    }
  },

  '400, 404: a launch, by each code': async (walk) => {
    for (const { flow, body, status, code } of walk.told.launches) {
      const request = flow ? { ...body, flowId: walk.flows[flow] } : body;
      await refused(() => walk.architect.postFlowsExecutions(request), status, code);
    }
    await refused(() => walk.post('{"flowId": ', 'application/json'), 400, 'bad.request');
    return `${walk.told.launches.length + 1} codes`;
  },

  '400: a query, by each code': async ({ architect }) => {
    await refused(() => architect.getFlows({ pageNumber: -1 }), 400, 'invalid.query.param.value');
    await refused(() => architect.getFlows({ type: ['nonsense'] }), 400, 'architect.invalid.flow.type');
    return refused(() => architect.getFlows({ divisionId: [NOBODY] }), 400, 'architect.division.invalid');
  },

  '401: no token, a bad one, an old one': async (walk) => {
    const launchAs = (client) => new platform.ArchitectApi(client).postFlowsExecutions(walk.sound());
    const thief = walk.fresh();
    thief.setAccessToken('stolen');
    const brief = await walk.other('brief');
    await refused(() => launchAs(walk.fresh()), 401, 'authentication.required');
    await refused(() => launchAs(thief), 401, 'bad.credentials');
    assert.ok((await launchAs(brief)).id);
    await walk.passTime(301);
    return refused(() => launchAs(brief), 401, 'bad.credentials');
  },

  '403: permission, permissions, division': async (walk) => {
    const viewer = new platform.ArchitectApi(await walk.other('viewer'));
    const south = new platform.ArchitectApi(await walk.other('south'));
    await refused(() => viewer.postFlowsExecutions(walk.sound()), 403, 'missing.any.permissions');
    await refused(() => viewer.getFlowsDivisionviews(), 403, 'missing.permissions');
    return refused(() => south.postFlowsExecutions(walk.request('Northern callback')), 403, 'missing.division.permission');
  },

  '404, 410: what is not there': async ({ architect, flows }) => {
    await refused(() => architect.getFlowsExecution(NOBODY), 404, 'architect.flow.execution.not.found');
    await refused(() => architect.getFlow(NOBODY), 404, 'architect.flow.not.found');
    await refused(() => architect.getFlowVersion(flows[CALLBACK], '9.0'), 404, 'architect.flow.version.missing');
    await refused(() => architect.getFlowsJob(NOBODY), 404, 'general.resource.not.found');
    return refused(() => architect.getFlow(flows['Old campaign']), 410, 'architect.flow.deleted');
  },

  '409: a trigger changed meanwhile': async (walk) => {
    const automation = new platform.ProcessAutomationApi(walk.client);
    const { id } = await automation.postProcessautomationTriggers(walk.trigger());
    const stale = { ...walk.trigger(), version: 7 };
    const said = await refused(() => automation.putProcessautomationTrigger(id, stale), 409, 'request.conflict');
    await automation.deleteProcessautomationTrigger(id);
    return said;
  },

  '413, 415': async (walk) => {
    const huge = walk.request(CALLBACK, { 'Flow.customerId': 'x'.repeat(600_000) });
    await refused(() => walk.architect.postFlowsExecutions(huge), 413, 'request.entity.too.large');
    return refused(() => walk.post(JSON.stringify(walk.sound()), 'text/plain'), 415, 'unsupported.media.type');
  },

  '429 with Retry-After': async (walk) => {
    // This client hands on the body alone, without headers, unless it is told otherwise; the wait stands in the message too.
    await walk.control('limits', { per_minute: 1 });
    try {
      await walk.architect.getFlow(walk.flows[CALLBACK]);
      return await refused(() => walk.architect.getFlow(walk.flows[CALLBACK]), 429, 'too.many.requests.retry.after');
    } finally {
      await walk.control('limits', { per_minute: 300 });
    }
  },
};
