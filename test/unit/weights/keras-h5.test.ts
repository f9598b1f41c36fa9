import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStoredWeights, openWeights } from '../../../src/engine/weights/open.ts';
import { ThawError } from '../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../support/expect-error.ts';
import {
  writeForeignHdf5,
  writeKerasFile,
  writeLargeChunk,
  writeLargeClaim,
  type KerasWeight,
} from '../../support/keras-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Each file is read by a thread of its own, which a busy machine takes a second to start. */
const MANY_FILES_MILLISECONDS = 400_000;

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const ramp = (count: number): Float32Array => Float32Array.from({ length: count }, (_, index) => index / 4);
const weight = (name: string, shape: readonly number[]): KerasWeight => ({
  name,
  shape,
  data: ramp(shape.reduce((product, size) => product * size, 1)),
});

describe('a Keras .h5 names its tensors by layer and role', () => {
  const cases: readonly (readonly [
    string,
    Parameters<typeof writeKerasFile>[2],
    string,
    readonly string[],
    readonly string[],
  ])[] = [
    [
      'weights alone, as Keras 2 writes them',
      {},
      'conv1',
      ['conv1/kernel:0', 'conv1/bias:0'],
      ['conv1/kernel', 'conv1/bias'],
    ],
    ['a whole model', { root: 'model_weights' }, 'conv1', ['conv1/kernel:0'], ['conv1/kernel']],
    ['a whole model, as Keras 3 writes it', { root: 'model_weights' }, 'conv1', ['conv1/kernel'], ['conv1/kernel']],
    ['names without a layer', {}, 'conv1', ['kernel:0', 'bias:0'], ['conv1/kernel', 'conv1/bias']],
    ['names that TensorFlow 1 has numbered', {}, 'conv1', ['conv1_1/kernel:0'], ['conv1/kernel']],
    [
      'names as Keras 1 writes them',
      {},
      'block1_conv1',
      ['block1_conv1_W_1:0', 'block1_conv1_b_1:0'],
      ['block1_conv1/kernel', 'block1_conv1/bias'],
    ],
    ['names that only begin as the layer does', {}, 'conv1', ['conv1_W_mean:0'], ['conv1/conv1_W_mean']],
    ['a layer whose name has several parts', {}, 'conv1/bn', ['conv1/bn/gamma:0'], ['conv1/bn/gamma']],
    ['such a layer below a scope', {}, 'conv1/bn', ['training/conv1/bn_1/gamma:0'], ['conv1/bn/gamma']],
    ['names below a scope', {}, 'conv1', ['training/net/conv1/kernel:0'], ['conv1/kernel']],
    [
      'layers of a nested model',
      {},
      'mobilenet',
      ['conv1/kernel:0', 'conv1_bn/gamma:0'],
      ['conv1/kernel', 'conv1_bn/gamma'],
    ],
    [
      'layers of a nested model that only their whole names tell apart',
      {},
      'densenet',
      ['conv1/conv/kernel:0', 'conv1/bn/gamma:0', 'bn/gamma:0'],
      ['conv1/conv/kernel', 'conv1/bn/gamma', 'bn/gamma'],
    ],
    [
      'such layers below the scope of their model',
      {},
      'densenet',
      ['densenet/conv1/bn/gamma:0', 'densenet/bn/gamma:0'],
      ['conv1/bn/gamma', 'bn/gamma'],
    ],
    [
      'a nested model of one layer',
      {},
      'sequential',
      ['dense/kernel:0', 'dense/bias:0'],
      ['dense/kernel', 'dense/bias'],
    ],
    [
      'lists of names in several attributes',
      { split: true },
      'conv1',
      ['conv1/kernel:0', 'conv1/bias:0'],
      ['conv1/kernel', 'conv1/bias'],
    ],
  ];
  it.each(cases)('%s', async (name, options, layer, weightNames, expected) => {
    const path = at(`${name.replaceAll(/\W/g, '-')}.h5`);
    const weights = weightNames.map((weightName, index) => weight(weightName, [index + 1, 3]));
    await writeKerasFile(
      path,
      new Map([
        ['input_1', []],
        [layer, weights],
      ]),
      options,
    );
    const file = await openWeights(path);
    expect(file.format).toBe('keras-h5');
    expect([...file.tensors.keys()]).toEqual(expected);
    expected.forEach((tensor, index) => {
      expect(file.tensors.get(tensor)).toMatchObject({ shape: [index + 1, 3], dtype: 'float32' });
      expect(file.read(tensor)).toEqual(ramp(3 * (index + 1)));
    });
    file.close();
    file.close();
  });

  it('leaves out integers, which are seeds and counters', async () => {
    const seed: KerasWeight = { name: 'dropout/seed', shape: [2], data: Int32Array.of(1, 2) };
    await writeKerasFile(
      at('seed.h5'),
      new Map([
        ['dropout', [seed]],
        ['logits', [weight('logits/bias', [2])]],
      ]),
    );
    const file = await openWeights(at('seed.h5'));
    expect([...file.tensors.keys()]).toEqual(['logits/bias']);
    file.close();
  });

  it('gives the tensors of two files open at once', async () => {
    await writeKerasFile(at('one.h5'), new Map([['a', [weight('a/bias', [2])]]]));
    await writeKerasFile(at('two.h5'), new Map([['b', [weight('b/bias', [3])]]]));
    const [one, two] = [await openWeights(at('one.h5')), await openWeights(at('two.h5'))];
    expect([one.read('a/bias'), two.read('b/bias')]).toEqual([ramp(2), ramp(3)]);
    await expectError(() => one.read('b/bias'), 'weights.mismatch', "'b/bias'");
    one.close();
    expect(two.read('b/bias')).toEqual(ramp(3));
    two.close();
  });
});

it('layers of one name in two models of a model have the name of theirs before it', async () => {
  const models = new Map([
    ['left', [weight('conv1/kernel:0', [1]), weight('conv2/kernel:0', [1])]],
    ['right', [weight('conv1/kernel:0', [1]), weight('conv1/bias:0', [1])]],
  ]);
  await writeKerasFile(at('siamese.h5'), models);
  const file = await openWeights(at('siamese.h5'));
  expect([...file.tensors.keys()]).toEqual([
    'left/conv1/kernel',
    'conv2/kernel',
    'right/conv1/kernel',
    'right/conv1/bias',
  ]);
  file.close();
});

it('numbers of other widths are read as float32, and whole ones are no weights', async () => {
  const weights: readonly KerasWeight[] = [
    { name: 'conv1/kernel:0', shape: [2], data: Float64Array.of(1.5, 2) },
    { name: 'conv1/seed:0', shape: [2], data: Int32Array.of(7, 8) },
  ];
  await writeKerasFile(at('wide.h5'), new Map([['conv1', weights]]));
  const file = await openStoredWeights(at('wide.h5'));
  expect(file.tensors.get('conv1/kernel')).toMatchObject({ shape: [2], dtype: 'float64', isWeight: true });
  expect(file.tensors.get('conv1/seed')).toMatchObject({ shape: [2], dtype: 'int32', isWeight: false });
  expect([...file.read('conv1/kernel'), ...file.read('conv1/seed')]).toEqual([1.5, 2, 7, 8]);
  file.close();
});

describe('what is no Keras .h5 of weights is refused', () => {
  it('another HDF5 file, with what it holds', async () => {
    await writeForeignHdf5(at('foreign.h5'));
    await expectError(() => openWeights(at('foreign.h5')), 'weights.unreadable', 'layer_names', 'measurements');
  });

  it('a layer without its group', async () => {
    await writeKerasFile(at('groupless.h5'), new Map([['conv1', []]]), { layerNames: ['conv1', 'conv2'] });
    await expectError(() => openWeights(at('groupless.h5')), 'weights.unreadable', "'conv2'");
  });

  it('a weight of more bytes than its reader has addresses for', async () => {
    await writeLargeClaim(at('large.h5'), 'conv1', [2 ** 29 - 1]);
    truncateSync(at('large.h5'), 40 << 20);
    const file = await openStoredWeights(at('large.h5'));
    file.close();
    await writeLargeClaim(at('large.h5'), 'conv1', [2 ** 29]);
    truncateSync(at('large.h5'), 40 << 20);
    await expectError(() => openStoredWeights(at('large.h5')), 'weights.unreadable', "'kernel'", '[536870912]');
  });

  it('one that unpacks to far more than it has', async () => {
    await writeLargeChunk(at('chunk.h5'), 'conv1', 2 ** 16);
    const small = await openStoredWeights(at('chunk.h5'));
    expect([...small.read('conv1/kernel')]).toEqual([0, 0, 0, 0]);
    small.close();
    await writeLargeChunk(at('chunk.h5'), 'conv1', 40 << 20);
    const file = await openStoredWeights(at('chunk.h5'));
    await expectError(() => file.read('conv1/kernel'), 'weights.unreadable', 'bytes of memory');
    file.close();
  });

  it('one that unpacks to far more than it has, and another for what is wrong with that', async () => {
    await writeLargeChunk(at('chunks.h5'), 'conv1', 40 << 20);
    const bytes = readFileSync(at('chunks.h5'));
    // The first bytes of what the numbers of the bias are packed into.
    const bias = bytes.lastIndexOf(Buffer.from('7801', 'hex'));
    bytes.fill(0xff, bias, bias + 8);
    writeFileSync(at('chunks.h5'), bytes);
    const file = await openStoredWeights(at('chunks.h5'));
    await expectError(() => file.read('conv1/kernel'), 'weights.unreadable', 'bytes of memory');
    await expectError(() => file.read('conv1/bias'), 'weights.unreadable', 'filter returned failure');
    file.close();
  });

  it('one name for two weights', async () => {
    const twice = new Map([['outer', [weight('conv1/kernel:0', [1]), weight('conv1/kernel:1', [1])]]]);
    await writeKerasFile(at('twice.h5'), twice);
    await expectError(() => openWeights(at('twice.h5')), 'weights.unreadable', "conv1/kernel'", 'twice');
  });
});

describe('a damaged .h5 is an error, never a crash', () => {
  /** Opens and reads everything; what may come out is a file, or the one error. */
  async function survives(path: string): Promise<'read' | 'refused'> {
    try {
      const file = await openWeights(path);
      try {
        for (const name of file.tensors.keys()) file.read(name);
      } finally {
        file.close();
      }
      return 'read';
    } catch (error) {
      if (!(error instanceof ThawError)) throw error;
      expect(error.code).toBe('weights.unreadable');
      expect(error.message).not.toContain('HDF5-DIAG');
      return 'refused';
    }
  }

  it('cut anywhere', { timeout: MANY_FILES_MILLISECONDS }, async () => {
    await writeKerasFile(at('whole.h5'), new Map([['conv1', [weight('conv1/kernel:0', [3, 3, 3, 8])]]]));
    const whole = readFileSync(at('whole.h5'));
    for (let length = 0; length < whole.length; length += 307) {
      writeFileSync(at('cut.h5'), whole.subarray(0, length));
      expect(await survives(at('cut.h5')), `${length} of ${whole.length} bytes`).toBe('refused');
    }
  });

  it(
    'that leads its reader in circles, which is stopped, and the next file is read',
    { timeout: MANY_FILES_MILLISECONDS },
    async () => {
      await writeKerasFile(at('straight.h5'), new Map([['conv1', [weight('conv1/kernel:0', [2])]]]));
      const circular = readFileSync(at('straight.h5'));
      // The size of the first object of the heap that holds the lists of names.
      circular[circular.indexOf('GCOL') + 24] = 166;
      writeFileSync(at('circular.h5'), circular);
      await expectError(() => openWeights(at('circular.h5')), 'weights.unreadable', 'not over after');
      const file = await openWeights(at('straight.h5'));
      expect(file.read('conv1/kernel')).toEqual(ramp(2));
      file.close();
    },
  );

  it('with any bytes changed', { timeout: MANY_FILES_MILLISECONDS }, async () => {
    await writeKerasFile(at('good.h5'), new Map([['conv1', [weight('conv1/kernel:0', [3, 3, 3, 8])]]]));
    const good = readFileSync(at('good.h5'));
    let state = 1;
    const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const bad = Buffer.from(good);
      for (let flip = 0; flip < 4; flip += 1) bad[next() % bad.length] = next() >>> 24;
      writeFileSync(at('changed.h5'), bad);
      await survives(at('changed.h5'));
    }
    const file = await openWeights(at('good.h5'));
    expect(file.read('conv1/kernel')).toEqual(ramp(216));
    file.close();
  });
});
