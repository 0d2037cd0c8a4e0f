// Writes the dictionary that Dicom embeds, as Brotli: lines of tab-separated fields, from the npm package dcmjs.
//   E  tag  mask  VRs  VM  retired  keyword          an element of PS3.6 and PS3.7; a tag matches if it is equal under the mask
//   P  group  last group  element  VRs  VM  creator  keyword     an element of a private block, without the block's number
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const require = createRequire(new URL('dicom/package.json', import.meta.url));
const { dictionary } = await import(pathToFileURL(require.resolve('dcmjs/dictionary')));

// The package's notation of a choice, which it has from dcmtk's dictionary.
const choices = { ox: 'OB|OW', xs: 'US|SS', lt: 'US|OW', up: 'UL' };
// Delimiters have no VR and are no elements; rules for all groups are code.
const rules = new Set(['PRIVATE', 'ILLEGAL', 'GENERIC']);

// Where the package is wrong or behind PS3.6: VRs, VM, keyword.
const corrections = {
  '(0002,0026)': ['UR', '1', 'SourcePresentationAddress'],
  '(0002,0027)': ['UR', '1', 'SendingPresentationAddress'],
  '(0002,0028)': ['UR', '1', 'ReceivingPresentationAddress'],
  '(0018,9323)': ['CS', '1-n', 'ExposureModulationType'],
  '(0022,1642)': ['UL', '1', 'NumberOfBscansPerFrame'],
  '(0040,A803)': ['UL', '1', 'NumberOfTableColumns'],
  '(0062,0009)': ['LO', '1-n', 'SegmentAlgorithmName'],
  '(0066,0040)': ['OL', '1', 'LongPrimitivePointIndexList'],
  '(0066,0041)': ['OL', '1', 'LongTrianglePointIndexList'],
  '(0066,0042)': ['OL', '1', 'LongEdgePointIndexList'],
  '(0066,0043)': ['OL', '1', 'LongVertexPointIndexList'],
  '(0068,62F0)': ['SQ', '1', 'ViewOrientationModifierCodeSequence'],
  '(0070,150C)': ['UL', '1', 'NumberOfVolumetricCurvePoints'],
  '(0076,0034)': ['SQ', '1', 'ComponentTypeCodeSequence'],
  '(300A,0131)': ['FL', '1', 'AverageBeamDosePointSourceToExternalContourDistance'],
  '(4010,1029)': ['LO', '1-n', 'ThreatDetectionAlgorithmAndVersion'],
};

const hex = (value, digits = 8) => (value >>> 0).toString(16).toUpperCase().padStart(digits, '0');
const lines = [];
const privateLines = new Set();
let retiredCount = 0;

// A range such as 6000-60FF or 3100-31FF, as its first number and the bits that must agree.
function masked(text) {
  const [first, last = first] = text.split('-').map((end) => parseInt(end, 16));
  return { value: first, mask: first === last ? 0xffff : 0xff00 };
}

const entries = new Map(Object.values(dictionary).map((entry) => [entry.tag, entry]));
for (const [tag, [vr, vm, name]] of Object.entries(corrections)) entries.set(tag, { ...entries.get(tag), tag, vr, vm, name });

for (const entry of entries.values()) {
  if (!entry.vr || entry.vr === 'na' || rules.has(entry.version)) continue;
  const vr = choices[entry.vr] ?? entry.vr;
  if (!/^[A-Z]{2}(\|[A-Z]{2})*$/.test(vr)) throw new Error(`the VR of ${entry.tag} is ${entry.vr}`);

  const privateTag = /^\(([0-9A-F]{4})(?:-o-([0-9A-F]{4}))?,"(.*)",(?:[0-9A-F]{2})?([0-9A-F]{2})\)$/i.exec(entry.tag);
  if (privateTag) {
    const [, group, last = group, creator, element] = privateTag;
    privateLines.add(['P', group.toUpperCase(), last.toUpperCase(), element.toUpperCase(), vr, entry.vm, creator, entry.name === 'Unknown' ? '' : entry.name].join('\t'));
    continue;
  }

  const tag = /^\(([0-9A-F]{4}(?:-[0-9A-F]{4})?),([0-9A-F]{4}(?:-[0-9A-F]{2,4})?)\)$/.exec(entry.tag);
  if (!tag) throw new Error(`what is the tag ${entry.tag}?`);
  const group = masked(tag[1]);
  const element = masked(tag[2]);
  const retired = entry.name.startsWith('RETIRED_');
  const name = entry.name.replace(/^RETIRED_/, '');
  if (retired) retiredCount++;
  // Repeating groups are even: 5000 to 501E and 6000 to 601E.
  const mask = hex(group.mask, 4) + hex(element.mask, 4);
  lines.push(['E', hex(group.value, 4) + hex(element.value, 4), mask, vr, entry.vm, retired ? '1' : '0', name === 'undefined' ? '' : name].join('\t'));
}

if (lines.length < 5000 || privateLines.size < 2500 || retiredCount < 400)
  throw new Error(`dcmjs has ${lines.length} elements (${retiredCount} retired) and ${privateLines.size} private ones, fewer than it had`);
lines.sort();
writeFileSync(process.argv[2], brotliCompressSync(Buffer.from([...lines, ...privateLines, ''].join('\n'))));
console.log(`${lines.length} elements of DICOM (${retiredCount} retired), ${privateLines.size} private ones`);
