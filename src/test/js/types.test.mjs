import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import * as client from '../../main/resources/dev/carillon/gateway/client.js';

const declarations = await readFile(
  new URL('../../main/resources/dev/carillon/gateway/client.d.ts', import.meta.url),
  'utf8',
);

describe('client.d.ts', () => {
  test('declares what the module exports, and no more', () => {
    const declared = declarations.matchAll(/^export (?:class|function|const) (\w+)/gm);
    assert.deepEqual([...declared].map(([, name]) => name).sort(), Object.keys(client).sort());
  });

  test('declares the members of the client, and no more', () => {
    const [, body] = declarations.match(/^export class CarillonClient \{\n([^]*?)^\}/m);
    const declared = body.matchAll(/^ {2}(?:readonly )?(\w+)[(<:]/gm);
    const members = Object.getOwnPropertyNames(client.CarillonClient.prototype);
    assert.deepEqual([...declared].map(([, name]) => name).sort(), members.sort());
  });
});
