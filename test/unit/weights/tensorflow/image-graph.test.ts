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

const calling = (name: string, op: string, inputs: readonly string[]): readonly Uint8Array[] => [
  field(1, name),
  field(2, op),
  ...inputs.map((input) => field(3, input)),
];

/** A node that calls a function. */
const callOf = (name: string, called: string, inputs: readonly string[]): readonly Uint8Array[] => [
  ...calling(name, 'PartitionedCall', inputs),
  field(5, [field(1, 'f'), field(2, [field(10, [field(1, called)])])]),
];

/** A function of one argument, `x`. */
const functionOf = (name: string, nodes: readonly (readonly Uint8Array[])[], result: string): Uint8Array =>
  field(1, [
    field(1, [field(1, name), field(2, [field(1, 'x')]), field(3, [field(1, 'y')])]),
    ...nodes.map((message) => field(3, message)),
    field(4, [field(1, 'y'), field(2, result)]),
  ]);

/** The value of a constant of int32. */
const constant = (bytes: number): Uint8Array =>
  field(5, [
    field(1, 'value'),
    field(2, [field(8, [Uint8Array.of(8, 3), field(2, []), field(4, [new Uint8Array(bytes)])])]),
  ]);

/** Writes a graph of an image, a weight, further nodes, and functions. */
function writeCalls(nodes: readonly (readonly Uint8Array[])[], functions: readonly Uint8Array[]): string {
  const file = path.join(folder(), 'calls.pb');
  mkdirSync(path.dirname(file), { recursive: true });
  const value = field(5, [
    field(1, 'value'),
    field(2, [
      field(8, [Uint8Array.of(8, 1), field(2, [field(2, [Uint8Array.of(8, 1)])]), field(4, [new Uint8Array(4)])]),
    ]),
  ]);
  const image = field(1, [field(1, 'image'), field(2, 'Placeholder')]);
  const kernel = field(1, [field(1, 'kernel'), field(2, 'Const'), value]);
  const library = functions.length > 0 ? [field(2, functions)] : [];
  writeFileSync(file, Buffer.concat([image, kernel, ...nodes.map((message) => field(1, message)), ...library]));
  return file;
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

  it("begins at another of a node's outputs where that is asked for, and takes nothing else of that node", async () => {
    const split = node('split', 'Split', ['axis', 'image'], { T, num_split: { i: 2 } });
    const nodes = smallGraph(8).map((one) =>
      one.name === 'stem' ? { ...one, input: ['split:1', 'stem/kernel'] } : one,
    );
    const { graph } = await readNodes([...nodes, split], { input: 'split:1' });
    expect([graph.input, graph.nodes.map(({ name }) => name).sort()]).toEqual([
      'split:1',
      ['axes', 'features', 'stem', 'stem/relu'],
    ]);
    await expectError(
      () => readNodes([...nodes, split], { input: 'split' }),
      'network.invalid',
      "'split:1' beside the image",
    );
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
      'a node of more inputs than any op takes',
      between(
        node(
          'between',
          'AddN',
          Array.from({ length: 130_000 }, () => 'stem/relu'),
          { T },
        ),
      ),
      ["'between' has 130000"],
    ],
    [
      'constants that are no numbers',
      between(
        node('between', 'Add', ['stem/relu', 'complex'], { T }),
        node('complex', 'Const', [], { value: { tensor: { dtype: 8, tensorShape: { dim: [] } } } }),
      ),
      ["'complex' is of another type"],
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
    const call = callOf('again', 'forever', ['x']);
    const file = writeCalls([callOf('again', 'forever', ['image'])], [functionOf('forever', [call], 'again:output:0')]);
    await expectError(() => read(file), 'weights.unreadable', 'deeper than 20 levels');
  });

  it.each<readonly [string, (level: number) => Uint8Array]>([
    [
      'make nothing',
      (level) =>
        functionOf(
          `f${level}`,
          level < 19 ? [callOf('a', `f${level + 1}`, ['x']), callOf('b', `f${level + 1}`, ['x'])] : [],
          'x',
        ),
    ],
    [
      'take more and more',
      (level) =>
        functionOf(
          `f${level}`,
          level < 3 ? Array.from({ length: 40 }, (_, index) => callOf(`c${index}`, `f${level + 1}`, ['x'])) : [],
          'x',
        ),
    ],
  ])('is damaged where calls of calls %s, however few bytes say it', async (_, level) => {
    const file = writeCalls(
      [callOf('call', 'f0', ['image'])],
      Array.from({ length: 20 }, (__, index) => level(index)),
    );
    expect(readFileSync(file).length).toBeLessThan(8000);
    await expectError(() => read(file), 'weights.unreadable', 'its calls make more than 80000 nodes');
  });

  it('is damaged where a name is longer than any that is kept', async () => {
    const file = writeCalls([[field(1, 'n'.repeat(1025)), field(2, 'NoOp')]], []);
    await expectError(() => read(file), 'weights.unreadable', 'more than 1024 characters');
  });

  it('is refused where calls write one constant more often than a record holds', async () => {
    const called = functionOf(
      'called',
      [[field(1, 'c'), field(2, 'Const'), constant(60_000)], calling('s', 'Sum', ['x', 'c:output:0'])],
      's:output:0',
    );
    const names = Array.from({ length: 300 }, (_, index) => `call${index}`);
    const calls = names.map((name, index) => callOf(name, 'called', [names[index - 1] ?? 'image']));
    const file = writeCalls(calls, [called]);
    await expectError(() => read(file), 'network.invalid', `at most ${12 << 20} bytes`);
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
