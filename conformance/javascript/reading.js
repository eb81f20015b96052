// Steps of the tour that get what they ask for: tokens, flows, launches and their runs.
'use strict';

const { CALLBACK, assert, platform, refused } = require('./walk');

module.exports = {
  'a token': async (walk) => {
    const data = await walk.client.loginClientCredentialsGrant(walk.id, walk.secret);
    return `${data.accessToken.length} characters`;
  },

  'the token described, and good': async (walk) => {
    const tokens = new platform.TokensApi(walk.client);
    await tokens.headTokensMe();
    const told = await tokens.getTokensMe();
    assert.equal(told.OAuthClient.id, walk.id);
    return told.organization.name;
  },

  "the token's end": async (walk) => {
    const tokens = new platform.TokensApi(await walk.other('viewer'));
    await tokens.deleteTokensMe();
    return refused(() => tokens.getTokensMe(), 401, 'bad.credentials');
  },

  'flows, page by page': async (walk) => {
    let listing;
    let pageNumber = 0;
    do {
      pageNumber += 1;
      listing = await walk.architect.getFlows({ pageSize: 2, pageNumber, sortBy: 'name' });
      assert.deepEqual([listing.pageNumber, listing.pageSize, listing.entities.length <= 2], [pageNumber, 2, true]);
      for (const flow of listing.entities) walk.flows[flow.name] = flow.id;
    } while (listing.nextUri);
    assert.deepEqual([Object.keys(walk.flows).length, listing.pageCount], [listing.total, pageNumber]);
    for (const flow of (await walk.architect.getFlows({ deleted: true })).entities) walk.flows[flow.name] = flow.id;
    return `${listing.total} flows on ${pageNumber} pages`;
  },

  'flows, filtered, and in the small form': async (walk) => {
    const plain = await walk.architect.getFlows({ type: ['workflow'], name: 'customer*' });
    assert.deepEqual(plain.entities.map((flow) => [flow.name, flow.inputSchema]), [[CALLBACK, undefined]]);
    const [whole] = (await walk.architect.getFlows({ id: [walk.flows[CALLBACK]], includeSchemas: true })).entities;
    assert.ok(whole.inputSchema.properties['Flow.customerId']);
    const views = await walk.architect.getFlowsDivisionviews({ type: ['inboundcall'] });
    assert.deepEqual(views.entities.map((view) => [view.name, view.type]), [['Main IVR', 'INBOUNDCALL']]);
    return whole.inputSchema.$schema;
  },

  'a flow, its versions, what it consists of': async (walk) => {
    const id = walk.flows[CALLBACK];
    const flow = await walk.architect.getFlow(id);
    const listing = await walk.architect.getFlowVersions(id, { pageSize: 1 });
    const version = await walk.architect.getFlowVersion(id, '1.0');
    assert.deepEqual([flow.type, flow.publishedVersion.id, listing.total], ['WORKFLOW', '2.0', 2]);
    assert.deepEqual([version.id, listing.entities[0].id], ['1.0', '2.0']);
    assert.ok(await walk.architect.getFlowVersionConfiguration(id, '1.0'));
    assert.ok(await walk.architect.getFlowLatestconfiguration(id));
    return `published ${flow.publishedVersion.id}`;
  },

  'a launch, its run, its end': async (walk) => {
    const launched = await walk.architect.postFlowsExecutions(walk.sound());
    assert.deepEqual([launched.flowVersion.id, launched.name], ['2.0', 'from the official client']);
    let run = await walk.architect.getFlowsExecution(launched.id);
    assert.deepEqual([run.id, run.status, run.dateCompleted], [launched.id, 'RUNNING', undefined]);
    await walk.passTime(5);
    run = await walk.architect.getFlowsExecution(launched.id);
    assert.deepEqual([run.status, run.completionReason], ['COMPLETED', 'Success']);
    assert.deepEqual(run.outputData, { 'Flow.status': 'Complete', 'Flow.statusCode': '200' });
    assert.ok(new Date(run.dateLaunched) < new Date(run.dateCompleted));
    const older = await walk.architect.postFlowsExecutions(walk.request(CALLBACK, {}, '1.0'));
    assert.equal(older.flowVersion.id, '1.0');
    return `COMPLETED ${JSON.stringify(run.outputData)}`;
  },

  'a run that fails': async (walk) => {
    const { id } = await walk.architect.postFlowsExecutions(walk.request('Always fails'));
    await walk.passTime(5);
    const run = await walk.architect.getFlowsExecution(id);
    assert.deepEqual([run.status, run.completionReason, run.outputData], ['FAILED', 'Failure', undefined]);
    return run.flowErrorInfo.code;
  },
};
