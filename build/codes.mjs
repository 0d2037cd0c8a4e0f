// Writes the codes that standards other than HL7's define and everybody uses: languages, countries, currencies, units.
// Usage: node codes.mjs <output file>
// From the npm packages language-subtag-registry (CC0), cldr-core, cldr-localenames-full and cldr-numbers-full (Unicode-3.0),
// iso-3166, iso-639-2 and currency-codes (MIT), and the units of @lhncbc/ucum-lhc (its LICENSE.md).
// Lines of the output (compressed with Brotli), fields parted by tabs, the last ones left out where empty:
//   D  registry date  CLDR version                     what the rest was made from
//   L  subtag  English  Chinese  deprecated  preferred  suppressed script   a language of BCP-47; "qaa..qtz" is a range
//   X  subtag  English  Chinese  deprecated  preferred  prefixes            an extended language
//   T, R, V  subtag  English  Chinese  deprecated  preferred  prefixes      a script, a region, a variant
//   G  tag  English  Chinese  deprecated  preferred    a tag that was registered as a whole
//   S  url  name  title  title in Chinese  version  parent property?        starts the codes of a system
//   C  code  English  Chinese  inactive  parent  property=value…            a code of the system
//   P  prefix  name  Chinese                           a prefix of UCUM
//   U  code  name  Chinese  symbol  synonyms           a unit of UCUM without a prefix
//   N  code  name  synonyms                            a common unit, which may be a product of others

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { provinces, prefixesOfUnits, territories, units as chineseUnits } from './codes-zh.mjs';

const packages = createRequire(new URL('definitions/package.json', import.meta.url));
const read = (path) => packages(path);
const load = async (path) => import(pathToFileURL(packages.resolve(path)).href);

const registry = read('language-subtag-registry/data/json/registry.json');
const registered = read('language-subtag-registry/data/json/meta.json')['File-Date'];
const cldrVersion = read('cldr-core/package.json').version;
const names = (language, kind) => read(`cldr-localenames-full/main/${language}/${kind}.json`).main[language].localeDisplayNames[kind];
const [languages, scripts, regions, variants] = ['languages', 'scripts', 'territories', 'variants'].map((kind) => names('zh', kind));
const { iso31661 } = await load('iso-3166/1.js');
const { iso31662 } = await load('iso-3166/2.js');
const { iso6392 } = await load('iso-639-2/2.js');
const currencies = read('currency-codes/data.js');
const currencyNames = read('cldr-numbers-full/main/zh/currencies.json').main.zh.numbers.currencies;
const currencyEnglish = read('cldr-numbers-full/main/en/currencies.json').main.en.numbers.currencies;
const numbers = read('cldr-core/supplemental/codeMappings.json').supplemental.codeMappings;
const ucum = read('@lhncbc/ucum-lhc/data/ucumDefs.min.json');

const lines = [];
const clean = (text) => String(text ?? '').replace(/\s+/g, ' ').trim();
const line = (...fields) => lines.push(fields.map(clean).join('\t').replace(/\t+$/, ''));
const region = (code) => territories[code] ?? regions[code];

line('D', registered, cldrVersion);

const kinds = { language: 'L', extlang: 'X', script: 'T', region: 'R', variant: 'V', grandfathered: 'G', redundant: 'G' };
const chinese = {
  language: (code) => languages[code], extlang: (code) => languages[code], script: (code) => scripts[code], region,
  variant: (code) => variants[code.toUpperCase()], grandfathered: () => '', redundant: () => '',
};
// CLDR says them as people do ("Punjabi", "Simplified Han"); the short names of its regions are those of FHIR's own value set of languages.
const english = {
  language: names('en', 'languages'), extlang: names('en', 'languages'), script: names('en', 'scripts'), region: { ...names('en', 'territories') },
};
Object.assign(english.region, { HK: english.region['HK-alt-short'], MO: english.region['MO-alt-short'] });
for (const entry of registry) {
  const code = entry.Subtag ?? entry.Tag;
  const last = entry.Type === 'language' ? entry['Suppress-Script'] : entry.Prefix?.join(',');
  line(kinds[entry.Type], code, english[entry.Type]?.[code] ?? entry.Description[0], chinese[entry.Type](code), entry.Deprecated, entry['Preferred-Value'], last);
}

const system = (url, name, title, zh, version) => line('S', url, name, title, zh, version);
const code = (value, english, zh, inactive, parent, ...properties) => line('C', value, english, zh, inactive ? '1' : '', parent, ...properties);

system('urn:iso:std:iso:3166', 'ISO3166Part1', 'ISO 3166-1 codes of countries', 'ISO 3166-1 国家和地区代码', '2020');
for (const [form, others] of [['alpha2', ['alpha3', 'numeric']], ['alpha3', ['alpha2', 'numeric']], ['numeric', ['alpha2', 'alpha3']]]) {
  for (const country of [...iso31661].sort((a, b) => (a[form] < b[form] ? -1 : 1)))
    code(country[form], country.name, region(country.alpha2), false, '', `form=${form}`, ...others.map((other) => `${other}=${country[other]}`));
}

system('urn:iso:std:iso:3166:-2', 'ISO3166Part2', 'ISO 3166-2 codes of country subdivisions', 'ISO 3166-2 国家行政区划代码', '2020');
for (const part of iso31662) {
  const inside = part.parent.length > 2 ? part.parent : '';
  code(part.code, part.name, provinces[part.code], false, inside, `country=${part.code.slice(0, 2)}`);
}

system('urn:iso:std:iso:4217', 'ISO4217', 'ISO 4217 codes of currencies', 'ISO 4217 货币代码', '2015');
const withdrawn = Object.entries(numbers)
  .filter(([key, value]) => /^[A-Z]{3}$/.test(key) && value._numeric && key !== 'CNH' && !currencies.some((currency) => currency.code === key))
  .map(([key, value]) => ({ code: key, number: value._numeric, currency: currencyEnglish[key].displayName, isWithdrawn: true }));
for (const currency of [...currencies, ...withdrawn].sort((a, b) => (a.code < b.code ? -1 : 1))) {
  const digits = currency.isWithdrawn ? [] : [`minorUnit=${currency.digits}`];
  code(currency.code, currency.currency, currencyNames[currency.code]?.displayName, currency.isWithdrawn, '', `numeric=${currency.number}`, ...digits);
}

system('urn:iso:std:iso:639:-1', 'ISO639Part1', 'ISO 639-1 codes of languages', 'ISO 639-1 语种代码', '2002');
for (const language of iso6392.filter((entry) => entry.iso6391).sort((a, b) => (a.iso6391 < b.iso6391 ? -1 : 1)))
  code(language.iso6391, language.name, languages[language.iso6391], false, '', `alpha3=${language.iso6392T ?? language.iso6392B}`);

system('urn:iso:std:iso:639:-2', 'ISO639Part2', 'ISO 639-2 codes of languages', 'ISO 639-2 语种代码', '1998');
const alpha3 = iso6392.filter((entry) => !entry.iso6392B.includes('-')).flatMap((entry) => [
  { ...entry, code: entry.iso6392B, use: entry.iso6392T ? 'bibliographic' : '', other: entry.iso6392T },
  ...(entry.iso6392T ? [{ ...entry, code: entry.iso6392T, use: 'terminology', other: entry.iso6392B }] : []),
]);
for (const language of alpha3.sort((a, b) => (a.code < b.code ? -1 : 1))) {
  const properties = [['alpha2', language.iso6391], ['use', language.use], ['synonym', language.other]].filter(([, value]) => value);
  code(language.code, language.name, languages[language.iso6391 ?? language.code], false, '', ...properties.map(([key, value]) => `${key}=${value}`));
}

const table = ({ config, data }) => data.map((row) => Object.fromEntries(config.map((column, at) => [Array.isArray(column) ? column[0] : column, row[at]])));
for (const prefix of table(ucum.prefixes))
  line('P', prefix.code_, prefix.name_, prefixesOfUnits[prefix.code_]);
const unitRows = table(ucum.units);
// The package leaves the most common of all without a name, and says of some what is no part of their names.
const named = { '%': 'percent', l: 'liter', L: 'liter', K: 'kelvin' };
const nameOf = (unit) => named[unit.csCode_] ?? unit.name_.replace(/ - (time|plane angle|solid angle|arbitrary|electric|magnetic)$/, '');
const symbol = (unit) => (/[<&]/.test(unit.printSymbol_ ?? '') ? '' : unit.printSymbol_);
for (const unit of unitRows.filter((row) => row.source_ === 'UCUM'))
  line('U', unit.csCode_, nameOf(unit), chineseUnits[unit.csCode_], symbol(unit), unit.synonyms_);
for (const unit of unitRows.filter((row) => row.category_ === 'Clinical').sort((a, b) => (a.csCode_ < b.csCode_ ? -1 : 1)))
  line('N', unit.csCode_, nameOf(unit), unit.synonyms_);

const compressed = brotliCompressSync(lines.join('\n') + '\n', { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
writeFileSync(process.argv[2], compressed);
console.log(`${lines.length} lines of codes, ${compressed.length} bytes`);
