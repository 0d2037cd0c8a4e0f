// Writes src/Fhir.Search/Expressions/folding.tsv: what each character becomes when case-independent differences of form are
// taken away. Run by hand when Unicode's data is to be renewed, since stored indexes hold folded strings:
//   node build/folding.mjs > src/Fhir.Search/Expressions/folding.tsv

// Letters that Unicode does not decompose but people leave out or write apart.
const apart = { 'ß': 'ss', 'ẞ': 'SS', 'æ': 'ae', 'Æ': 'AE', 'œ': 'oe', 'Œ': 'OE', 'ø': 'o', 'Ø': 'O', 'ł': 'l', 'Ł': 'L', 'đ': 'd', 'Đ': 'D', 'ı': 'i' };

// Voiced kana are other letters, not accented ones; Hangul syllables stay whole.
const kept = /[\u3099\u309a]/;
const isHangul = code => code >= 0xac00 && code <= 0xd7a3;

for (let code = 0x80; code <= 0x1ffff + 0x10000; code++) {
  if (code >= 0xd800 && code <= 0xdfff || isHangul(code)) continue;
  const character = String.fromCodePoint(code);
  if (/[\p{Mn}\p{Me}\p{White_Space}]/u.test(character)) continue;
  const decomposed = character.normalize('NFKD');
  if (kept.test(decomposed) && decomposed.length === 2) continue;
  const folded = [...decomposed].map(c => apart[c] ?? c).join('').replace(/[\p{Mn}\p{Me}]/gu, m => kept.test(m) ? m : '').replace(/\s+/gu, ' ');
  if (folded !== character && folded.trim().length > 0) process.stdout.write(`${code.toString(16)}\t${folded}\n`);
}
