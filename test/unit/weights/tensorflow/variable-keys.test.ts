import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../../../src/engine/weights/tensorflow/graph-nodes.ts';
import { variableKeys } from '../../../../src/engine/weights/tensorflow/variable-keys.ts';

const COUNT = 200;
const textField = (number: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(number * 8 + 2, (content.length & 127) | 128, content.length >> 7), content]);

/** The attributes of a constant of texts, and how often anybody looked at them. */
class CountedTexts extends Map<string, Uint8Array> {
  asked = 0;

  override get(key: string): Uint8Array | undefined {
    this.asked += 1;
    return super.get(key);
  }
}

const node = (name: string, op: string, inputs: readonly string[], attributes = new Map()): GraphNode => ({
  name,
  origin: name,
  op,
  inputs,
  attributes,
});

describe('the keys of variables', () => {
  it('follow from what restores them, the names of a checkpoint read once for all of them', () => {
    const indices = Array.from({ length: COUNT }, (_, index) => index);
    const texts = Buffer.concat(indices.map((index) => textField(8, Buffer.from(`key${index}`))));
    const names = new CountedTexts([['value', textField(8, texts)]]);
    const nodes = [
      node('names', 'Const', [], names),
      node('restored', 'RestoreV2', ['file', 'names', 'slices']),
      ...indices.flatMap((index) => [
        node(`variable${index}`, 'VarHandleOp', []),
        node(`value${index}`, 'Identity', [`restored:${index}`]),
        node(`assign${index}`, 'AssignVariableOp', [`variable${index}`, `value${index}`]),
      ]),
    ];
    const keys = variableKeys({
      nodes: new Map(nodes.map((one) => [one.name, one])),
      resolve: (reference) => reference.replace(/:0$/, ''),
    });
    expect([...keys]).toEqual(indices.map((index) => [`variable${index}`, `key${index}`]));
    expect(names.asked).toBe(1);
  });
});
