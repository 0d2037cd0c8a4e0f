// An issuer beside the built-in one, for tests: oidc-provider on a free port of the loopback address, which prints its issuer when it listens.
// POST /test/token gives tokens of any user without a browser; what is done with them is oidc-provider's own: keys, discovery, introspection.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const extras = new WeakMap();

const provider = new Provider(issuer, {
  clients: [
    { client_id: 'app', client_secret: 'the secret of the app', redirect_uris: ['https://app.example.org/callback'], grant_types: ['authorization_code', 'client_credentials'] },
    { client_id: 'fhirhub', client_secret: 'a secret: of 100%', redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
  ],
  features: {
    introspection: { enabled: true, allowedPolicy: (ctx, client) => client.clientId === 'fhirhub' },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
  },
  extraTokenClaims: (ctx, token) => extras.get(token),
});

async function bodyOf(ctx) {
  const parts = [];
  for await (const part of ctx.req) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

provider.use(async (ctx, next) => {
  if (ctx.path !== '/test/token') return next();
  const asked = await bodyOf(ctx);
  const client = await provider.Client.find('app');
  const token = new provider.AccessToken({ client, accountId: asked.sub, scope: asked.scope, gty: 'test' });
  if (asked.aud) {
    token.resourceServer = new provider.ResourceServer(asked.aud, {
      audience: asked.aud,
      scope: asked.scope,
      accessTokenFormat: asked.format,
      accessTokenTTL: asked.seconds ?? 3600,
      jwt: { sign: { alg: 'RS256' } },
    });
  } else {
    token.expiresIn = 3600;
  }
  extras.set(token, asked.claims);
  ctx.body = { token: await token.save() };
});

server.on('request', provider.callback());
console.log(issuer);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
