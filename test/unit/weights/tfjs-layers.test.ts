import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWeights } from '../../../src/engine/weights/open.ts';
import { openTfjsLayers } from '../../../src/engine/weights/tfjs-layers.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
let models = 0;

interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly object[];
}

/** A model's folder with shards of the given sizes, holding 0, 1, 2, ... as float32 across them. */
function writeModel(
  groups: readonly Group[] | object,
  shards: Readonly<Record<string, number>>,
  rest: object = {},
): string {
  models += 1;
  const model = join(folder, `model-${models}`);
  mkdirSync(join(model, 'deep'), { recursive: true });
  const total = Object.values(shards).reduce((sum, size) => sum + size, 0);
  const values = Float32Array.from({ length: Math.ceil(total / 4) }, (_, index) => index);
  const bytes = Buffer.from(values.buffer);
  let offset = 0;
  for (const [name, size] of Object.entries(shards)) {
    writeFileSync(join(model, name), bytes.subarray(offset, offset + size));
    offset += size;
  }
  writeFileSync(join(model, 'model.json'), JSON.stringify({ modelTopology: {}, weightsManifest: groups, ...rest }));
  return model;
}

const weight = (name: string, shape: readonly unknown[], more: object = {}): object => ({
  name,
  shape,
  dtype: 'float32',
  ...more,
});

describe('a tfjs LayersModel', () => {
  it('gives each weight of each group, from the folder and from its model.json alike', async () => {
    const model = writeModel(
      [
        { paths: ['a'], weights: [weight('conv1/kernel', [2, 2])] },
        { paths: ['b'], weights: [weight('conv1/bias', [1]), weight('logits/bias:0', [2])] },
      ],
      { a: 16, b: 12 },
    );
    for (const path of [model, join(model, 'model.json')]) {
      const file = await openWeights(path);
      expect(file.format).toBe('tfjs-layers');
      expect([...file.tensors.keys()]).toEqual(['conv1/kernel', 'conv1/bias', 'logits/bias']);
      expect(file.tensors.get('conv1/kernel')).toMatchObject({ shape: [2, 2], dtype: 'float32' });
      expect(file.read('conv1/kernel')).toEqual(Float32Array.of(0, 1, 2, 3));
      expect(file.read('logits/bias')).toEqual(Float32Array.of(5, 6));
      await expectError(() => file.read('logits/kernel'), 'weights.mismatch', 'logits/kernel');
      file.close();
    }
  });

  it('reads weights that were quantised to save space, near to what they were', async () => {
    const model = writeModel(
      [
        {
          paths: ['a'],
          weights: [
            weight('small', [2], { quantization: { dtype: 'uint8', scale: 0.5, min: -1 } }),
            weight('large', [1], { quantization: { dtype: 'uint16', scale: 0.25, min: 2 } }),
            weight('half', [2], { quantization: { dtype: 'float16' } }),
            weight('none', [0], { quantization: { dtype: 'float16' } }),
          ],
        },
      ],
      { a: 8 },
    );
    writeFileSync(join(model, 'a'), Uint8Array.of(0, 255, 0x10, 0x01, 0x00, 0x3e, 0x00, 0xc0));
    const file = await openWeights(model);
    expect(file.tensors.get('small')).toMatchObject({ shape: [2], dtype: 'uint8' });
    expect([...file.read('small')]).toEqual([-1, 126.5]);
    expect([...file.read('large')]).toEqual([0x110 / 4 + 2]);
    expect([...file.read('half')]).toEqual([1.5, -2]);
    expect(file.read('none')).toHaveLength(0);
  });

  it('reads weights that lie across shards, cut inside a number', async () => {
    const model = writeModel(
      [
        {
          paths: ['a', 'b', 'deep/c'],
          weights: [weight('x', [3]), weight('step', [], { dtype: 'int32' }), weight('y', [2])],
        },
      ],
      { a: 6, b: 1, 'deep/c': 17 },
    );
    const file = await openWeights(model);
    expect([...file.tensors.keys()]).toEqual(['x', 'y']);
    expect(file.read('x')).toEqual(Float32Array.of(0, 1, 2));
    expect(file.read('y')).toEqual(Float32Array.of(4, 5));
  });
});

describe('what is no LayersModel is refused', () => {
  const one = (paths: readonly string[], shape: readonly unknown[], more: object = {}): readonly Group[] => [
    { paths, weights: [weight('conv1/kernel', shape, more)] },
  ];
  const cases: readonly (readonly [string, () => string, readonly string[]])[] = [
    [
      'a GraphModel by its format',
      () => writeModel(one(['a'], [1]), { a: 4 }, { format: 'graph-model' }),
      ['GraphModel', 'LayersModel'],
    ],
    [
      'a GraphModel by its topology',
      () => writeModel(one(['a'], [1]), { a: 4 }, { modelTopology: { node: [] } }),
      ['GraphModel'],
    ],
    ['a missing shard', () => writeModel(one(['a', 'b'], [2]), { a: 4 }), ["'b'", 'missing']],
    ['a shard cut short', () => writeModel(one(['a'], [2]), { a: 7 }), ['7 bytes for 8']],
    ['a shard that is too long', () => writeModel(one(['a'], [1]), { a: 8 }), ['8 bytes for 4']],
    ['a shard named twice', () => writeModel(one(['a', 'a'], [2]), { a: 4 }), ['again']],
    [
      'a path out of the folder',
      () => writeModel(one(['../../etc/passwd'], [1]), {}),
      ["'../../etc/passwd'", 'Do not use'],
    ],
    ['a path out by a detour', () => writeModel(one(['deep/../../x'], [1]), {}), ["'deep/../../x'"]],
    ['an absolute path', () => writeModel(one(['/etc/passwd'], [1]), {}), ["'/etc/passwd'"]],
    ['a path with backslashes', () => writeModel(one(['..\\x'], [1]), {}), ['..\\x']],
    [
      'weights quantised in another way',
      () => writeModel(one(['a'], [4], { quantization: { dtype: 'uint4', scale: 1, min: 0 } }), { a: 4 }),
      ['uint4'],
    ],
    [
      'weights quantised without a scale',
      () => writeModel(one(['a'], [4], { quantization: { dtype: 'uint8' } }), { a: 4 }),
      ['uint8'],
    ],
    ['an unknown dtype', () => writeModel(one(['a'], [1], { dtype: 'complex64' }), { a: 8 }), ['complex64']],
    ['a shape of 2^60 values', () => writeModel(one(['a'], [2 ** 30, 2 ** 30]), { a: 4 }), ['1073741824']],
    ['a negative size', () => writeModel(one(['a'], [-1]), { a: 4 }), ['[-1]']],
    [
      'one name twice',
      () => writeModel([...one(['a'], [1]), ...one(['b'], [1])], { a: 4, b: 4 }),
      ['conv1/kernel', 'twice'],
    ],
    ['a manifest of another kind', () => writeModel({ weights: [] }, {}), ['weightsManifest']],
  ];
  it.each(cases)('%s', async (_, write, words) => {
    await expectError(() => openWeights(write()), 'weights.unreadable', ...words);
  });

  it.runIf(process.platform !== 'win32')('a device as a shard, or as the model.json', async () => {
    const model = writeModel(one(['a'], [0]), { a: 0 });
    expect((await openWeights(model)).tensors.size).toBe(1);
    for (const name of ['a', 'model.json']) {
      rmSync(join(model, name));
      symlinkSync('/dev/zero', join(model, name));
      await expectError(() => openTfjsLayers(join(model, 'model.json')), 'weights.unreadable', 'regular file', name);
    }
  });

  it('a model.json cut anywhere', async () => {
    const model = writeModel(one(['a'], [1]), { a: 4 });
    const text = JSON.stringify({ weightsManifest: one(['a'], [1]) });
    for (let length = 1; length < text.length; length += 3) {
      writeFileSync(join(model, 'model.json'), text.slice(0, length));
      await expectError(() => openWeights(model), 'weights.unreadable');
    }
  });
});
