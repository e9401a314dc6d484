// Runs every cursor of the table through every editor and says where one shows something else than is expected.
//
// Arguments: the workspace, a schema with proposals of a host, one with a further protocol, and a directory to work in.

import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { library, server } from './editors.mjs';
import { cursors } from './cursors.mjs';

const [workspace, proposing, another, directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: node run.mjs WORKSPACE PROPOSING_SCHEMA ANOTHER_SCHEMA DIRECTORY');
  process.exit(2);
}
const plain = path.join(workspace, 'schema', 'clawdia.schema.json');
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

// What editors read and the standard does not know.
const EDITOR_KEYWORDS = [
  'allowComments', 'allowTrailingCommas', 'defaultSnippets', 'deprecationMessage', 'doNotSuggest', 'enumDescriptions',
  'enumDetails', 'enumSortTexts', 'errorMessage', 'markdownDescription', 'markdownEnumDescriptions',
  'patternErrorMessage', 'x-example', 'x-key',
];

/** Compiles a schema as the strictest of validators does: each keyword known, and used where it means something. */
function compileStrictly(file) {
  // What is required may be declared in a schema around the one that requires it, and known models are keys among others of
  // their provider.
  const meant = { strictRequired: false, allowMatchingProperties: true, allowUnionTypes: true };
  const ajv = new Ajv({ strict: true, ...meant });
  EDITOR_KEYWORDS.forEach((keyword) => ajv.addKeyword(keyword));
  ajv.compile(read(file));
}
[plain, proposing, another].forEach(compileStrictly);

/** A directory as a host leaves it: the schema beside the configuration. */
function beside(name, schema) {
  const place = path.join(directory, name);
  mkdirSync(place, { recursive: true });
  copyFileSync(schema, path.join(place, 'clawdia.schema.json'));
  return place;
}

const editors = {
  plain: [library(read(plain), 'jsonc'), library(read(plain), 'json'), server(beside('plain', plain))],
  proposing: [library(read(proposing), 'jsonc'), server(beside('proposing', proposing))],
  another: [library(read(another), 'jsonc'), server(beside('another', another))],
};

/** The text with its schema named in it, as the only thing that tells a server where to look. */
function named(text) {
  return text.replace('{', '{ "$schema": "./clawdia.schema.json",');
}

/** What is not as expected. */
function differences(expected, found) {
  const wrong = [];
  const labels = found.items.map((item) => item.label);
  const item = (label) => found.items.find((item) => item.label === label);
  const same = (left, right) => JSON.stringify([...left].sort()) === JSON.stringify([...right].sort());
  if (expected.only && !same(expected.only, labels)) wrong.push(`proposes ${labels.join(', ') || 'nothing'}`);
  for (const label of expected.has ?? []) if (!item(label)) wrong.push(`does not propose ${label} (but ${labels.join(', ')})`);
  for (const label of expected.lacks ?? []) if (item(label)) wrong.push(`proposes ${label}`);
  for (const [property, contains] of [['inserts', false], ['says', true], ['detail', false]]) {
    for (const [label, text] of Object.entries(expected[property] ?? {})) {
      const shown = item(label)?.[property];
      const fits = contains ? shown?.includes(text) : shown === text;
      if (!fits) wrong.push(`${label}: ${property} ${JSON.stringify(shown)}`);
    }
  }
  if (expected.hover !== undefined && (expected.hover === '' ? found.hover !== '' : !found.hover.includes(expected.hover)))
    wrong.push(`hovers ${JSON.stringify(found.hover)}`);
  // What JSON itself has against unquoted keys no schema can silence.
  const problems = found.problems.filter((problem) => !/doublequoted|double quotes/.test(problem));
  if (expected.problems && !same(expected.problems, problems)) wrong.push(`complains ${JSON.stringify(problems)}`);
  return wrong;
}

const duplicates = (labels) => labels.filter((label, index) => labels.indexOf(label) !== index);

let looked = 0;
const failures = [];
async function look(editor, { name, text, schema: _, ...expected }) {
  const isServer = editor.name.startsWith('server');
  const whole = isServer && !text.includes('$schema') ? named(text) : text;
  const at = whole.indexOf('¦');
  const found = await editor.look(whole.slice(0, at) + whole.slice(at + 1), at);
  looked += 1;
  // An item's detail is newer than the protocol that the server speaks.
  const asked = isServer ? { ...expected, detail: undefined } : expected;
  const wrong = differences(asked, found);
  const twice = duplicates(found.items.map((item) => item.label));
  if (twice.length > 0) wrong.push(`proposes twice ${twice.join(', ')}`);
  if (wrong.length > 0) failures.push(`${name} [${editor.name}]\n    ${wrong.join('\n    ')}`);
}

// All at once: the server waits a while before it complains about a document, and one wait is enough.
const looks = [];
for (const cursor of cursors) {
  if (cursor.text.split('¦').length !== 2) throw new Error(`${cursor.name}: needs one cursor`);
  for (const editor of editors[cursor.schema ?? 'plain']) looks.push(look(editor, cursor));
}
await Promise.all(looks);
for (const editor of Object.values(editors).flat()) await editor.close();
if (failures.length > 0) {
  console.error(`${failures.length} of ${looked} looks are not as expected:\n${failures.join('\n')}`);
  process.exit(1);
}
console.log(`${cursors.length} cursors, ${looked} looks, all as expected`);
