import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NodeMessage } from '../../../../src/engine/graph/messages.ts';
import { assertComputable } from '../../../../src/engine/network/foreign/foreign-graph.ts';
import { findGraphFile, openStoredWeights } from '../../../../src/engine/weights/open.ts';
import {
  readImageGraph,
  type AskedEnds,
  type ImageGraph,
} from '../../../../src/engine/weights/tensorflow/graph-model.ts';
import { expectError } from '../../../support/expect-error.ts';
import { node, smallGraph, weights, writeFrozenGraph, writeGraph } from '../../../support/graph-file.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();
let count = 0;
const folder = (): string => path.join(root, String((count += 1)));
const T = { type: 1 };

async function read(file: string, asked: AskedEnds = {}): Promise<ImageGraph> {
  const found = await findGraphFile(file);
  if (!found) throw new Error(`${file} is no graph`);
  const stored = await openStoredWeights(file);
  try {
    return await readImageGraph(found, stored, asked);
  } finally {
    stored.close();
  }
}

const readNodes = async (nodes: readonly NodeMessage[], asked: AskedEnds = {}): Promise<ImageGraph> =>
  read(writeGraph(folder(), nodes), asked);

/** A field of a protobuf message that has a length. */
function field(number: number, content: string | readonly Uint8Array[]): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.concat(content);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    length.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Uint8Array.of(number * 8 + 2, ...length), bytes]);
}

/** The nodes of small graphs beside one more, between the ReLU and the mean. */
function between(...nodes: readonly NodeMessage[]): readonly NodeMessage[] {
  const rewired = smallGraph(8).map((one) => (one.name === 'features' ? { ...one, input: ['between', 'axes'] } : one));
  return [...rewired, ...nodes];
}

describe('a graph from elsewhere', () => {
  it('is what leads from the image to the features, its weights left in the file', async () => {
    const { graph, height, width } = await readNodes([
      ...smallGraph(8),
      node('unused', 'ReadFile', ['stem']),
      weights('other', [5]),
    ]);
    expect([height, width]).toEqual([8, 8]);
    expect(graph.nodes.map(({ name }) => name).sort()).toEqual(['axes', 'features', 'stem', 'stem/relu']);
    expect(graph.tensors).toEqual([{ node: 'stem/kernel', shape: [3, 3, 3, 4], stored: 'stem/kernel' }]);
    expect([graph.input, graph.output]).toEqual(['image', 'features']);
    assertComputable(graph);
  });

  it('is cut where another output is asked for', async () => {
    const { graph } = await readNodes(smallGraph(8), { output: 'stem/relu' });
    expect(graph.nodes.map(({ name }) => name)).toEqual(['stem', 'stem/relu']);
  });

  it.each<readonly [string, readonly NodeMessage[], readonly string[]]>([
    ['an op that reads a file', between(node('between', 'ReadFile', ['stem/relu'])), ["'ReadFile'", 'files']],
    ['an op that writes one', between(node('between', 'WriteFile', ['stem/relu'])), ["'WriteFile'", 'files']],
    ['an op that calls Python', between(node('between', 'PyFunc', ['stem/relu'])), ["'PyFunc'", 'Python']],
    ['an op that draws', between(node('between', 'RandomUniform', ['stem/relu'])), ['by chance']],
    ['a loop', between(node('between', 'While', ['stem/relu'])), ['loops']],
    ['an op that nobody knows', between(node('between', 'MyOp', ['stem/relu'])), ["'MyOp' of 'between'", 'is none']],
    ['one more input', between(node('between', 'Placeholder', [], { dtype: T })), ["'Placeholder'", 'one more input']],
    [
      'the worst of several ops',
      between(node('between', 'MyOp', ['file']), node('file', 'ReadFile', ['stem/relu'])),
      ["'ReadFile' of 'file'"],
    ],
    ['a variable without a value', between(node('between', 'VarHandleOp', [])), ["'between' has none"]],
    [
      'a BatchNorm that looks at its batch',
      between(node('between', 'FusedBatchNormV3', ['stem/relu'], { T, is_training: { b: true } })),
      ['normalises by the batch'],
    ],
    [
      'large constants that are no weights',
      between(
        node('between', 'Add', ['stem/relu', 'table']),
        node('table', 'Const', [], {
          dtype: { type: 3 },
          value: {
            tensor: { dtype: 3, tensorShape: { dim: [{ size: 20_000 }] }, tensorContent: new Uint8Array(80_000) },
          },
        }),
      ),
      ["'table'", '80'],
    ],
  ])('is refused for %s', async (_, nodes, told) => {
    await expectError(() => readNodes(nodes), 'network.invalid', ...told);
  });

  it.each<readonly [string, readonly NodeMessage[], string]>([
    [
      'goes in circles',
      between(node('between', 'Add', ['stem/relu', 'again'], { T }), node('again', 'Relu', ['between'], { T })),
      'depends on itself',
    ],
    ['uses what is not there', between(node('between', 'Relu', ['gone'])), "'gone'"],
    ['calls what is not there', between(node('between', 'PartitionedCall', ['stem/relu'])), 'which is not there'],
    ['has two nodes of one name', [...smallGraph(8), node('stem', 'Relu', ['image'])], "two nodes are called 'stem'"],
    ['claims more than it holds', [...smallGraph(8), weights('huge', [4], [2 ** 20, 2 ** 20])], "'huge' claims"],
    [
      'has more nodes than any',
      [...smallGraph(8), ...Array.from({ length: 80_000 }, (_, index) => node(`n${index}`, 'NoOp', []))],
      'nodes are more',
    ],
  ])('is damaged where it %s', async (_, nodes, told) => {
    await expectError(() => readNodes(nodes), 'weights.unreadable', told);
  });

  it('is damaged where its functions call each other without end', async () => {
    const file = path.join(folder(), 'endless.pb');
    mkdirSync(path.dirname(file), { recursive: true });
    const calls = field(5, [field(1, 'f'), field(2, [field(10, [field(1, 'forever')])])]);
    const call = [field(1, 'again'), field(2, 'PartitionedCall'), field(3, 'x'), calls];
    const signature = field(1, [field(1, 'forever'), field(2, [field(1, 'x')]), field(3, [field(1, 'y')])]);
    const library = field(2, [
      field(1, [signature, field(3, call), field(4, [field(1, 'y'), field(2, 'again:output:0')])]),
    ]);
    const value = field(5, [
      field(1, 'value'),
      field(2, [
        field(8, [Uint8Array.of(8, 1), field(2, [field(2, [Uint8Array.of(8, 1)])]), field(4, [new Uint8Array(4)])]),
      ]),
    ]);
    const image = field(1, [field(1, 'x'), field(2, 'Placeholder')]);
    const kernel = field(1, [field(1, 'kernel'), field(2, 'Const'), value]);
    writeFileSync(file, Buffer.concat([image, kernel, field(1, call), library]));
    await expectError(() => read(file), 'weights.unreadable', 'deeper than 20 levels');
  });

  it('is damaged, or refused, wherever it is cut, and never more than that', async () => {
    const whole = readFileSync(path.join(writeGraph(folder(), smallGraph(8)), 'saved_model.pb'));
    const place = folder();
    mkdirSync(place, { recursive: true });
    for (let length = 16; length < whole.length; length += 7) {
      writeFileSync(path.join(place, 'saved_model.pb'), whole.subarray(0, length));
      await expect(read(place)).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:weights|network)\./) as unknown,
      });
    }
  });

  it.each([
    ['grey images', [-1, 8, 8, 1]],
    ['one image at a time', [1, 8, 8, 3]],
    ['rows', [-1, 192]],
  ])('is refused where it takes %s', async (_, sizes) => {
    const nodes = smallGraph(8).map((one) =>
      one.op === 'Placeholder'
        ? { ...one, attr: { dtype: T, shape: { shape: { dim: sizes.map((size) => ({ size })) } } } }
        : one,
    );
    await expectError(() => readNodes(nodes), 'network.invalid', `[${sizes.join(', ')}]`);
  });

  it('asks which output of a graph without signature is meant where there are several', async () => {
    const frozen = path.join(folder(), 'two.pb');
    writeFrozenGraph(frozen, [...smallGraph(8), node('other', 'Relu', ['stem'], { T })]);
    await expectError(() => read(frozen), 'network.invalid', 'features, other', '--output');
    expect((await read(frozen, { output: 'other' })).graph.output).toBe('other');
  });
});
