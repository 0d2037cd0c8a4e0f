// Packs the built OHIF viewer for ImagingViewer: each file compressed, once and for all, and told where it is served.
// node pack.mjs OUTPUT

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/@ohif/app/dist');
const output = process.argv[2];

// Maps are for OHIF's own developers; ort is 100 MB for a tool that wants models from other hosts; the rest is of other ways to deploy it.
const left = /\.map$|^ort\/|^(_headers|_redirects|serve\.json|google\.js|sw\.js|init-service-worker\.js|app-config\.js)$/;

// OHIF is built for the root of a host. This is what its own PUBLIC_URL would have made, but for a root that the page itself is told.
const publicPath = '(self.PUBLIC_URL || new URL("./", self.location.href).pathname)';
const root = '{{root}}';
const changes = [
  { file: /\.js$/, from: '__webpack_require__.p = "/"', to: `__webpack_require__.p = ${publicPath}`, least: 1 },
  { file: /\.js$/, from: "browserImportFunction('/dicom-microscopy-viewer/", to: `browserImportFunction(${publicPath} + 'dicom-microscopy-viewer/`, least: 1 },
  { file: /^app\.bundle\.css$/, from: 'url(/', to: 'url(', least: 1 },
  { file: /^manifest\.json$/, from: '"/assets/', to: '"assets/', least: 1 },

  // Scripts within the page would need a policy that allows any; app-config.js says what these said.
  { file: /^index\.html$/, from: '<script>console.time("scriptToView"),window.PUBLIC_URL="/"</script>', to: '', least: 1 },
  { file: /^index\.html$/, from: '<script>function browserImportFunction(n){return import(n)}window.PUBLIC_URL="/"</script>', to: '', least: 1 },
  { file: /^index\.html$/, from: '<script rel="preload" as="script" type="module" src="/init-service-worker.js"></script>', to: '', least: 1 },
  { file: /^index\.html$/, from: '="/', to: `="${root}`, least: 10 },
].map(change => ({ ...change, done: 0 }));

function changed(name, bytes) {
  const wanted = changes.filter(change => change.file.test(name));
  if (wanted.length === 0) return bytes;
  let text = bytes.toString('utf8');
  for (const change of wanted) {
    const parts = text.split(change.from);
    change.done += parts.length - 1;
    text = parts.join(change.to);
  }
  return Buffer.from(text, 'utf8');
}

rmSync(output, { recursive: true, force: true });
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => relative(dist, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  .filter(name => !left.test(name))
  .sort();
for (const name of files) {
  const target = join(output, `${name}.gz`);
  mkdirSync(dirname(target), { recursive: true });
  const packed = extname(name) === '.png' ? 1 : 9;
  writeFileSync(target, gzipSync(changed(name, readFileSync(join(dist, name))), { level: packed }));
}

const missed = changes.filter(change => change.done < change.least);
if (missed.length > 0) {
  console.error(`This OHIF is built in another way than pack.mjs knows; not found: ${missed.map(change => change.from).join(' | ')}`);
  rmSync(output, { recursive: true, force: true });
  process.exit(1);
}
