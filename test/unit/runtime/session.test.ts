import { describe, expect, it } from 'vitest';
import { type } from '../../../src/engine/graph/attribute.ts';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { gather } from '../../../src/engine/graph/ops/gather.ts';
import { scale } from '../../../src/engine/graph/ops/scale.ts';
import { softmaxCrossEntropy } from '../../../src/engine/graph/ops/softmax-cross-entropy.ts';
import { deviceInformation, loadBinding } from '../../../src/engine/runtime/binding.ts';
import { encodeSavedModel } from '../../../src/engine/graph/saved-model.ts';
import { Session, type Feed } from '../../../src/engine/runtime/session.ts';
import { floats, integers, loadGraph } from '../../support/graph-session.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function build() {
  const graph = new Graph();
  const table = graph.placeholder('table', 'float32', [-1, 2]);
  const rows = graph.placeholder('rows', 'int32', [-1]);
  const taken = gather(graph, 'batch/features', table, rows, 'cpu');
  const flag = graph.placeholder('flag', 'bool', []);
  const bytes = graph.placeholder('bytes', 'uint8', [-1]);
  return loadGraph(graph, {
    take: { inputs: { table, rows }, outputs: { taken, doubled: scale(graph, 'doubled', taken, 2) } },
    echo: {
      inputs: { flag, bytes },
      outputs: {
        flag: graph.identity('flag_out', flag),
        bytes: graph.single({
          op: 'Cast',
          name: 'cast',
          inputs: [bytes],
          attributes: { SrcT: type('uint8'), DstT: type('int32') },
          outputs: [{ dtype: 'int32', shape: [-1] }],
        }),
      },
    },
  });
}
const table = floats([3, 2], [1, 2, 3, 4, 5, 6]);

describe('a session', () => {
  it('gives every output of a signature with its shape', () => {
    using session = build();
    expect(session.run('take', { table, rows: integers([1], [2]) })).toEqual({
      taken: { shape: [1, 2], data: Float32Array.of(5, 6) },
      doubled: { shape: [1, 2], data: Float32Array.of(10, 12) },
    });
  });

  it('takes and gives the other types', () => {
    using session = build();
    const { flag, bytes } = session.run('echo', {
      flag: { data: Uint8Array.of(1), shape: [] },
      bytes: { data: Uint8Array.of(0, 255), shape: [2] },
    });
    expect(flag?.data).toEqual(Uint8Array.of(1));
    expect(bytes?.data).toEqual(Int32Array.of(0, 255));
  });

  it('takes empty batches', () => {
    using session = build();
    expect(session.run('take', { table, rows: integers([0], []) })['taken']?.shape).toEqual([0, 2]);
  });

  it('takes a held tensor again and again, until it is disposed of', () => {
    using session = build();
    const held = session.hold(table);
    for (const row of [0, 1]) {
      expect(session.run('take', { table: held, rows: integers([1], [row]) })['taken']?.data[0]).toBe(1 + 2 * row);
    }
    held.dispose();
    held.dispose();
    expect(() => session.run('take', { table: held, rows: integers([1], [0]) })).toThrow(
      "'take.table' is fed a held tensor that is disposed of.",
    );
  });

  const wrong: readonly (readonly [string, Record<string, Feed>, string])[] = [
    ['a missing one', { table }, "'take' takes table, rows; 'rows' is missing."],
    ['one too many', { table, rows: integers([1], [0]), more: table }, 'received also more.'],
    ['another type', { table, rows: floats([1], [0]) }, "'take.rows' takes int32 [-1]; received float32 [1]."],
    [
      'another rank',
      { table: floats([2], [1, 2]), rows: integers([1], [0]) },
      'takes float32 [-1, 2]; received float32 [2].',
    ],
    ['another size', { table: floats([1, 3], [1, 2, 3]), rows: integers([1], [0]) }, 'received float32 [1, 3].'],
    ['too few values', { table, rows: integers([2], [0]) }, "'take.rows' has 1 values for [2]."],
    ['strings', { table, rows: { data: [Buffer.from('0')], shape: [1] } }, 'received string [1].'],
  ];
  it.each(wrong)('refuses feeds that do not fit before it runs: %s', (_, feeds, message) => {
    using session = build();
    expect(() => session.run('take', feeds)).toThrow(
      expect.objectContaining({ code: 'runtime.failed', message: expect.stringContaining(message) as string }),
    );
  });

  it('refuses a signature that it does not have, and every one once it is disposed of', () => {
    const session = build();
    expect(() => session.run('train', {})).toThrow("The program has take, echo; received 'train'.");
    session.dispose();
    session.dispose();
    expect(() => session.run('take', {})).toThrow("A session that is disposed of cannot run 'take'.");
  });

  it('names the layer that no memory was left for', () => {
    const graph = new Graph();
    const sizes = graph.placeholder('sizes', 'int32', [2]);
    const filled = graph.single({
      op: 'Fill',
      name: 'train/conv1/columns',
      inputs: [sizes, graph.constant('train/conv1/one', 'float32', [], 1)],
      attributes: { T: type('float32'), index_type: type('int32') },
      outputs: [{ dtype: 'float32', shape: [-1, -1] }],
    });
    const signatures = { train: { inputs: { sizes }, outputs: { filled } } };
    const folder = temporaryFolder();
    using session = Session.load(folder, encodeSavedModel(graph, signatures), signatures, ['conv', 'conv1']);
    // 4 exabytes.
    expect(() => session.run('train', { sizes: integers([2], [2 ** 30, 2 ** 30]) })).toThrow(
      expect.objectContaining({
        code: 'memory.full',
        message: expect.stringContaining("it ran out in layer 'conv1' ('train/conv1/columns' of 'train')") as string,
      }),
    );
  });

  it('names the op and says in a line what failed in TensorFlow', () => {
    using session = build();
    const failing = () => session.run('take', { table, rows: integers([1], [7]) });
    expect(failing).toThrow(expect.objectContaining({ code: 'runtime.failed' }));
    expect(failing).toThrow(
      "TensorFlow could not compute 'batch/features' of 'take': indices[0] = 7 is not in [0, 3).",
    );
  });

  // A GPU gives a loss that is no number instead.
  it.skipIf(deviceInformation().gpu)('names the op also where labels have no class', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 2]);
    const labels = graph.placeholder('labels', 'int32', [-1]);
    const losses = softmaxCrossEntropy(graph, 'train/loss', logits, labels);
    using session = loadGraph(graph, { run: { inputs: { logits, labels }, outputs: { losses } } });
    const feeds = { logits: floats([1, 2], [0, 0]), labels: integers([1], [5]) };
    expect(() => session.run('run', feeds)).toThrow(/'train\/loss' of 'run': .*label value/);
  });

  it('refuses types that the binding cannot feed or fetch', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'bfloat16', [-1]);
    const output = graph.identity('output', input);
    expect(() => loadGraph(graph, { run: { inputs: { input }, outputs: { output } } })).toThrow(
      "'input' of 'run' is bfloat16.",
    );
    const long = graph.placeholder('long', 'int64', []);
    expect(() => loadGraph(graph, { run: { inputs: {}, outputs: { long: graph.identity('same', long) } } })).toThrow(
      "Only float32, int32, bool can be fetched; 'long' of 'run' is int64.",
    );
  });

  it('leaves no tensor behind, whether its runs succeed or fail', () => {
    const binding = loadBinding();
    const before = binding.getNumOfTensors();
    {
      using session = build();
      session.hold(table);
      for (let run = 0; run < 20; run += 1) {
        session.run('take', { table, rows: integers([1], [run % 3]) });
        expect(() => session.run('take', { table, rows: integers([1], [3]) })).toThrow();
        expect(() => session.run('take', { table })).toThrow();
      }
    }
    expect(binding.getNumOfTensors()).toBe(before);
  });
});
