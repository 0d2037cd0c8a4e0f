// A Cosmos DB server in memory on a free port of the loopback address: it prints its address and ends when its input does.

import cosmos from '@vercel/cosmosdb-server';

const server = cosmos.createHttpServer({ keepAlive: true });
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
