// Steps of the tour around the launch: past runs, uploads, triggers, the webhook, limits.
'use strict';

const { CALLBACK, assert, platform } = require('./walk');

async function uploaded(walk, text) {
  const begun = await walk.architect.postFlowsJobs();
  const put = await fetch(begun.presignedUrl, { method: 'PUT', headers: begun.headers, body: text });
  assert.equal(put.status, 200);
  await walk.passTime(2);
  return walk.architect.getFlowsJob(begun.id, { expand: ['messages'] });
}

module.exports = {
  'past runs': async (walk) => {
    const { id } = await walk.architect.postFlowsExecutions(walk.sound());
    const query = { query: [{ criteria: { key: 'FlowId', operator: 'eq', value: walk.flows[CALLBACK] } }] };
    const found = await walk.architect.postFlowsInstancesQuery(query, { pageSize: 10 });
    assert.ok(found.entities.some((one) => one.id === id));
    const { criteria } = await walk.architect.getFlowsInstancesQuerycapabilities();
    assert.ok(criteria.some((one) => one.criteriaKey === 'FlowId'));
    const job = await walk.architect.postFlowsInstancesJobs({ ids: [id] });
    assert.equal((await walk.architect.getFlowsInstancesJob(job.id)).jobState, 'Running');
    await walk.passTime(2);
    assert.equal((await walk.architect.getFlowsInstancesJob(job.id)).jobState, 'Success');
    assert.ok((await walk.architect.getFlowsInstance(id)).id);
    return `${found.entities.length} runs`;
  },

  'an upload of a flow': async (walk) => {
    const job = await uploaded(walk, walk.told.upload);
    assert.equal(job.status, 'Success');
    const flow = await walk.architect.getFlow(job.flow.id);
    assert.deepEqual(Object.keys(flow.inputSchema.properties), ['Flow.orderId']);
    walk.flows['Order follow-up'] = flow.id;
    assert.ok((await walk.architect.postFlowsExecutions(walk.request('Order follow-up', { 'Flow.orderId': 'o-1' }))).id);
    return flow.name;
  },

  'an upload of something else': async (walk) => {
    const job = await uploaded(walk, 'robot:\n  name: x\n');
    assert.deepEqual([job.status, job.messages.length], ['Failure', 1]);
    return job.messages[0].text;
  },

  triggers: async (walk) => {
    const automation = new platform.ProcessAutomationApi(walk.client);
    assert.ok((await automation.getProcessautomationTriggersTopics()).entities.length);
    const made = await automation.postProcessautomationTriggers(walk.trigger());
    const read = await automation.getProcessautomationTrigger(made.id);
    assert.deepEqual([made.version, read.name], [1, 'intake']);
    const { entities } = await automation.getProcessautomationTriggers({ pageSize: '20' });
    assert.ok(entities.some((one) => one.id === made.id));
    const changed = await automation.putProcessautomationTrigger(made.id, { ...walk.trigger(), enabled: false, version: 1 });
    assert.deepEqual([changed.version, changed.enabled], [2, false]);
    await automation.deleteProcessautomationTrigger(made.id);
    return `version ${changed.version}`;
  },

  'a webhook that starts a flow': async (walk) => {
    const automation = new platform.ProcessAutomationApi(walk.client);
    const made = await automation.postProcessautomationTriggers(walk.trigger());
    const before = (await walk.control('launches')).launches.length;
    const answer = await new platform.IntegrationsApi(walk.client).postIntegrationsWebhookEvents('twin-webhook', { order: 'o-1' });
    const { launches } = await walk.control('launches');
    assert.equal(launches.length, before + 1);
    assert.equal(launches.at(-1).flow_id, walk.flows['Webhook intake']);
    await automation.deleteProcessautomationTrigger(made.id);
    return `${answer.invocationId.length} characters`;
  },

  limits: async (walk) => {
    const organization = new platform.OrganizationApi(walk.client);
    const keys = (listing) => listing.entities.map((one) => one.key).sort();
    const now = keys(await organization.getOrganizationsLimitsNamespace('platform.api'));
    assert.deepEqual(now, keys(await organization.getOrganizationsLimitsNamespaceDefaults('platform.api')));
    return `${now.length} limits`;
  },
};
