// A bucket for tests: s3rver on a free port of the loopback address, over the folder it is given, which prints its address when it listens.

import S3rver from 's3rver';

const server = new S3rver({ address: '127.0.0.1', port: 0, directory: process.argv[2], silent: true, vhostBuckets: false, configureBuckets: [{ name: 'records' }] });
const { port } = await server.run();
process.stdin.resume().on('end', () => process.exit(0));
console.log(`http://127.0.0.1:${port}`);
