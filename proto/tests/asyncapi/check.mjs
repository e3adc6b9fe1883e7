// Reads a document with the official parser, holds every example to its schema, and prints what is wrong.
//
//   node check.mjs NODE_MODULES DOCUMENT
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [modules, file] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'none.js'));
const { Parser } = require('@asyncapi/parser');
const Ajv = require('ajv').default;
const ajv = new Ajv({ strict: false, allErrors: true });
require('ajv-formats').default(ajv);

const { document, diagnostics } = await new Parser().parse(fs.readFileSync(file, 'utf8'));
// The document keeps to 3.0, which every tool reads; that there is a newer version is no mistake.
const wrong = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
for (const { code, message, path: at } of wrong) console.error(`${code} at ${at.join('/')}: ${message}`);
if (!document || wrong.length > 0) process.exit(1);

let examples = 0;
for (const message of document.components().messages()) {
  for (const example of message.examples()) {
    for (const part of ['headers', 'payload']) {
      const fits = ajv.compile(message[part]().json());
      assert.ok(fits(example[part]()), `${message.name()}: ${part}: ${ajv.errorsText(fits.errors)}`);
      examples += 1;
    }
  }
}
assert.ok(examples > 0);
console.log(`${document.channels().length} channels, ${document.operations().length} operations, ${examples} examples`);
