// A tour of a twin with the official JavaScript client, unmodified: `node tour.js URL CLIENT_ID CLIENT_SECRET TOUR_JSON`.
// Prints a line for each step and `ok N steps` at the end; the first step that is not as the cloud's own would be ends it with status 1.
'use strict';

const { readFileSync } = require('node:fs');
const { Walk } = require('./walk');

const [url, id, secret, told] = process.argv.slice(2);
const steps = { ...require('./reading'), ...require('./around'), ...require('./refusals') };

(async () => {
  const walk = new Walk(url, id, secret, JSON.parse(readFileSync(told, 'utf8')));
  for (const [index, name] of walk.told.steps.entries()) {
    const number = String(index + 1).padStart(2);
    try {
      console.log(`${number} ${name}: ${await steps[name](walk)}`);
    } catch (fault) {
      console.log(`${number} ${name}: FAILED: ${fault.stack || JSON.stringify(fault)}`);
      process.exit(1);
    }
  }
  console.log(`ok ${walk.told.steps.length} steps`);
  process.exit(0);
})();
