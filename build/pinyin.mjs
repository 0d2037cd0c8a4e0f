// Writes the readings of Chinese characters that Fhir.Search indexes names by, from the npm package pinyin-pro (MIT).
// Usage: node pinyin.mjs <output file>
// Lines of the output, fields parted by tabs, syllables without tones and with v for ü:
//   C  readings, likeliest first, parted by commas  all characters that have these
//   S  a surname                                    its reading as a surname
//   W  a word                                       its reading, where that is not the likeliest of each character

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const packages = createRequire(new URL('definitions/package.json', import.meta.url));
const load = async (path) => import(pathToFileURL(packages.resolve(path)).href);
const { pinyin } = await load('pinyin-pro/dist/esm/index.mjs');
const { default: surnames } = await load('pinyin-pro/dist/esm/data/surname.mjs');
const words = await Promise.all([2, 3].map(async (n) => (await load(`pinyin-pro/dist/esm/data/dict${n}.mjs`)).default));

// The package knows surnames in simplified characters; these are those whose traditional form, too, is not read as it usually is.
const further = {
  單: 'shan', 單于: 'chan yu', 區: 'ou', 萬俟: 'mo qi', 尉遲: 'yu chi', 長孫: 'zhang sun', 蓋: 'ge', 樂: 'yue', 員: 'yun', 繆: 'miao',
  賁: 'ben', 澹臺: 'tan tai', 歐陽: 'ou yang', 諸葛: 'zhu ge', 司馬: 'si ma', 司徒: 'si tu', 上官: 'shang guan', 東方: 'dong fang',
  公孫: 'gong sun', 鍾離: 'zhong li', 軒轅: 'xuan yuan', 聞人: 'wen ren', 皇甫: 'huang fu', 赫連: 'he lian', 慕容: 'mu rong', 种: 'chong',
};

const plain = (reading) => reading.normalize('NFD').replace(/u\u0308/g, 'v').replace(/[\u0300-\u036f]/g, '').normalize('NFC').toLowerCase();
const isReading = (reading) => /^[a-z]+$/.test(reading);
const readingsOf = (character) =>
  [...new Set(pinyin(character, { type: 'array', multiple: true }).map(plain))].filter(isReading);

const characters = new Map();
const byReadings = new Map();
const blocks = [[0x3400, 0x4dbf], [0x4e00, 0x9fff], [0x20000, 0x323af]];
for (const [first, last] of [[0x3007, 0x3007], ...blocks]) {
  for (let code = first; code <= last; code++) {
    const character = String.fromCodePoint(code);
    const readings = readingsOf(character);
    if (readings.length === 0)
      continue;
    characters.set(character, readings);
    const key = readings.join(',');
    byReadings.set(key, (byReadings.get(key) ?? '') + character);
  }
}

const lines = [];
for (const key of [...byReadings.keys()].sort())
  lines.push(`C\t${key}\t${byReadings.get(key)}`);

const differs = (text, reading) => [...text].map((character) => characters.get(character)?.[0]).join(' ') !== reading;
const read = Object.entries(surnames).map(([surname, reading]) => [surname, plain(reading)]);
const listed = new Set();
for (const [surname, reading] of [...read, ...Object.entries(further)]) {
  // Surnames of several characters are listed even where nothing is special about them: they say where the given name starts.
  if (([...surname].length > 1 || differs(surname, reading)) && !listed.has(surname) && listed.add(surname))
    lines.push(`S\t${surname}\t${reading}`);
}

for (const [word, reading] of words.flatMap((dictionary) => Object.entries(dictionary))) {
  const syllables = plain(reading);
  if (syllables.split(' ').every(isReading) && syllables.split(' ').length === [...word].length && differs(word, syllables))
    lines.push(`W\t${word}\t${syllables}`);
}

writeFileSync(process.argv[2], lines.join('\n') + '\n');
console.log(`${characters.size} characters, ${lines.length} lines of readings`);
