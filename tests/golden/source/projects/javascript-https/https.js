const https = require('https');

function launch(token, flowId, name) {
  const data = JSON.stringify({ flowId: flowId, name: name, inputData: { 'Flow.name': name } });
  return new Promise((resolve, reject) => {
    const req = https.request( //~ sound
      {
        hostname: 'api.mypurecloud.com',
        port: 443,
        path: '/api/v2/flows/executions',
        method: 'POST',
        headers: {
          Authorization: 'Bearer ' + token,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(data),
        },
      },
      (res) => {
        let raw = '';
        res.on('data', (c) => (raw += c));
        res.on('end', () => resolve(JSON.parse(raw)));
      },
    );
    req.on('error', reject);
    req.write(data);
    req.end();
  });
}
module.exports = launch;
