// A Cosmos DB server in memory on a free port of the loopback address: it prints its address and ends when its input does.

import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';

// Its parser of SQL looks at the same text again for each way to read it, eight times as long for each level of parentheses. It
// is made to remember what each rule found at a place.
const load = Module._extensions['.js'];
Module._extensions['.js'] = (module, file) => {
  if (!/cosmosdb-query[\\/]lib[\\/]parser\.js$/.test(file)) return load(module, file);
  const source = readFileSync(file, 'utf8')
    .replace(/peg\$currPos *= 0,/, () => 'peg$found = {}, peg$currPos = 0,')
    .replace(/function (peg\$parse\w+)\(\) \{/g, (_, rule) => `function ${rule}() {
      const places = peg$found.${rule} ??= new Map();
      let known = places.get(peg$currPos);
      if (!known) {
        const start = peg$currPos;
        const result = ${rule}Anew();
        places.set(start, known = { result, end: peg$currPos });
      }
      peg$currPos = known.end;
      return known.result;
    }
    function ${rule}Anew() {`);
  module._compile(source, file);
};

const require = createRequire(import.meta.url);

// Its ids of databases and containers are Base64 with slashes, which part a path; Cosmos DB and the SDK write a dash instead.
const ids = require('@vercel/cosmosdb-server/lib/account/resource-id').default;
ids.toBase64String = (bytes) => bytes.toString('base64').replaceAll('/', '-');
ids.fromBase64String = (text) => Buffer.from(text.replaceAll('-', '/'), 'base64');

const cosmos = require('@vercel/cosmosdb-server');
const server = cosmos.createHttpServer({ keepAlive: true });
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
