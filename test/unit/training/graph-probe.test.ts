import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AttributeMessage, NodeMessage } from '../../../src/engine/graph/messages.ts';
import type { GraphRecord } from '../../../src/engine/network/foreign/graph-record.ts';
import { probeGraph } from '../../../src/engine/training/graph-probe.ts';
import { openStoredWeights } from '../../../src/engine/weights/open.ts';
import { readImageGraph, type AskedEnds } from '../../../src/engine/weights/tensorflow/graph-model.ts';
import { expectError } from '../../support/expect-error.ts';
import { node, smallGraph, writeGraph } from '../../support/graph-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SIZE = 8;
const INT32 = 3;
const UINT32 = 22;
const T: AttributeMessage = { type: 1 };
const Tidx: AttributeMessage = { type: INT32 };

const whole = (name: string, values: readonly number[], dtype = INT32): NodeMessage => {
  const kept = dtype === UINT32 ? { uint32Val: values } : { intVal: values };
  const tensor = { dtype, tensorShape: { dim: [{ size: values.length }] }, ...kept };
  return node(name, 'Const', [], { dtype: { type: dtype }, value: { tensor } });
};

/** Small graphs whose `out` is what is made of their features. */
async function probe(nodes: readonly NodeMessage[], asked: AskedEnds = {}): Promise<readonly number[]> {
  const folder = writeGraph(path.join(temporaryFolder(), 'graph'), nodes, nodes.at(-1)?.name);
  const stored = await openStoredWeights(folder);
  const file = { file: path.join(folder, 'saved_model.pb'), kind: 'saved-model' } as const;
  const { title, graph } = await readImageGraph(file, stored, asked);
  stored.close();
  const about = { version: 1, title, graph, pixels: 'signed', shape: [1] } as const;
  const record: GraphRecord = { ...about, shape: [1], height: SIZE, width: SIZE };
  return probeGraph({ record, weights: folder });
}

describe('a graph that is run once', () => {
  it.each<readonly [string, readonly NodeMessage[], readonly number[], AskedEnds]>([
    ['features', [], [4], {}],
    ['maps', [node('out', 'Relu', ['stem'], { T })], [4, 4, 4], {}],
    [
      'what unsigned numbers say',
      [
        whole('times', [1, 3], UINT32),
        node('signed', 'Cast', ['times'], { SrcT: { type: UINT32 }, DstT: { type: INT32 } }),
        node('out', 'Tile', ['features', 'signed'], { T, Tmultiples: Tidx }),
      ],
      [12],
      {},
    ],
    [
      "what follows from another than the first of a node's outputs",
      [
        node('split', 'Split', ['axis', 'image'], { T, num_split: { i: 2 } }),
        node('again', 'Conv2D', ['split:1', 'stem/kernel'], {
          T,
          strides: { list: { i: [1, 1, 1, 1] } },
          padding: { s: new TextEncoder().encode('VALID') },
        }),
        node('out', 'Relu', ['again'], { T }),
      ],
      [6, 6, 4],
      { input: 'split:1' },
    ],
  ])('gives %s', async (_, more, shape, asked) => {
    expect(await probe([...smallGraph(SIZE), ...more], asked)).toEqual(shape);
  });

  const others = 'depends on the other images of its batch';
  it.each<readonly [string, readonly NodeMessage[], string]>([
    [
      'normalises by its batch',
      [
        whole('batch', [0]),
        node('mean', 'Mean', ['features', 'batch'], { T, Tidx, keep_dims: { b: true } }),
        node('out', 'Sub', ['features', 'mean'], { T }),
      ],
      others,
    ],
    [
      'shares out among the images',
      [
        whole('turn', [1, 0]),
        node('columns', 'Transpose', ['features', 'turn'], { T, Tperm: Tidx }),
        node('shares', 'Softmax', ['columns'], { T }),
        node('out', 'Transpose', ['shares', 'turn'], { T, Tperm: Tidx }),
      ],
      others,
    ],
    [
      'gives every image what the first one has',
      [
        whole('begin', [0, 0]),
        whole('size', [1, 4]),
        node('first', 'Slice', ['features', 'begin', 'size'], { T, Index: Tidx }),
        node('nothing', 'ZerosLike', ['features'], { T }),
        node('out', 'AddV2', ['nothing', 'first'], { T }),
      ],
      others,
    ],
    [
      'counts its images',
      [
        node('count', 'Size', ['features'], { T, out_type: Tidx }),
        node('factor', 'Cast', ['count'], { SrcT: Tidx, DstT: T }),
        node('out', 'Mul', ['features', 'factor'], { T }),
      ],
      others,
    ],
    [
      'has two rows of whatever it is given',
      [whole('rows', [2, -1]), node('out', 'Reshape', ['features', 'rows'], { T, Tshape: Tidx })],
      'of 1 images this one gives [2, 2]',
    ],
    [
      'gives what no number is',
      [
        node('below', 'Square', ['features'], { T }),
        node('negative', 'Neg', ['below'], { T }),
        node('out', 'Log', ['negative'], { T }),
      ],
      'no finite numbers',
    ],
  ])('is refused where it %s', async (_, more, told) => {
    await expectError(() => probe([...smallGraph(SIZE), ...more]), 'network.invalid', told);
  });
});
