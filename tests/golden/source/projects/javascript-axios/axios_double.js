const axios = require('axios');
const qs = require('qs');
const config = require('./config');

module.exports.launch = async function (flowId, variables) {
  const body = JSON.stringify(JSON.stringify({ flowId, inputData: variables }));
  return axios({ //~ TL612 - cause
    method: 'post',
    url: config.base + '/api/v2/flows/executions',
    data: body,
    headers: { Authorization: 'Bearer ' + config.token, 'Content-Type': 'application/json' },
  });
};
module.exports.form = (flowId) =>
  axios.post(config.base + '/api/v2/flows/executions', qs.stringify({ flowId }), { headers: { Authorization: 'Bearer ' + config.token } }); //~ TL605 header:Content-Type cause
module.exports.wrong = (flowId) =>
  axios.post(config.base + '/api/v2/flow/executions', { flowId }, { headers: { Authorization: config.token } }); //~ TL601 url cause
