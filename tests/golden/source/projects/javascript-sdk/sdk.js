const platformClient = require('purecloud-platform-client-v2');

const client = platformClient.ApiClient.instance;
client.setEnvironment(platformClient.PureCloudRegionHosts.eu_central_1);
const architectApi = new platformClient.ArchitectApi();

async function launch(flowId, contactId) {
  await client.loginClientCredentialsGrant(process.env.CLIENT_ID, process.env.CLIENT_SECRET);
  const body = {
    flowId,
    inputData: { contactId },
  };
  return architectApi.postFlowsExecutions(body); //~ TL221 /inputData/contactId cause
}

module.exports = { launch };
