import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import * as h5wasm from 'h5wasm';
import { describe, expect, it } from 'vitest';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { loadWeights } from '../../../src/engine/weights/load.ts';
import { openStoredWeights, openWeights } from '../../../src/engine/weights/open.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectedTensors, weightFixture } from '../../support/weight-fixtures.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

function unpacked(archive: string): Zippable {
  return unzipSync(readFileSync(weightFixture(archive)));
}

/** Writes one of the archive's members as a file of its own. */
function member(archive: string, name: string): string {
  const path = at(`${archive}.${name}`);
  writeFileSync(path, unpacked(archive)[name] as Uint8Array);
  return path;
}

function archive(name: string, members: Zippable, level: 0 | 9 = 0): string {
  writeFileSync(at(name), zipSync(members, { level }));
  return at(name);
}

async function expectTensors(path: string, expected: ReturnType<typeof expectedTensors>[string]): Promise<void> {
  const file = await openStoredWeights(path);
  const weights = [...file.tensors].filter(([, { isWeight }]) => isWeight);
  expect(weights.map(([name]) => name).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { shape, dtype, values }] of Object.entries(expected)) {
    expect(file.tensors.get(name), name).toMatchObject({ shape, dtype });
    expect([...file.read(name)], name).toEqual(values);
  }
  file.close();
}

describe('every tensor of a file that Keras wrote has the name of its layer, its shape and its values', () => {
  const expected = expectedTensors('keras.json');
  it.each(['v3.keras', 'tf.keras', 'tf.h5', 'bfloat16.weights.h5'])('%s', async (name) => {
    await expectTensors(weightFixture(name), expected[name] ?? {});
  });

  it('v3.h5, whose depthwise kernel is called a kernel', async () => {
    const renamed = Object.entries(expected['v3.h5'] ?? {}).map(
      ([name, tensor]) =>
        [name.replace('/depthwise_kernel', name.startsWith('depthwise/') ? '/kernel' : '$&'), tensor] as const,
    );
    await expectTensors(weightFixture('v3.h5'), Object.fromEntries(renamed));
  });

  it('the weights of an archive as a file of their own', async () => {
    await expectTensors(member('v3.keras', 'model.weights.h5'), expected['v3.keras'] ?? {});
  });

  it('without names, by the class and the place of each layer', async () => {
    const file = await openWeights(member('tf.keras', 'model.weights.h5'));
    const values = [...file.read('batch_normalization/moving_mean')];
    expect(values).toEqual(expected['tf.keras']?.['bn/moving_mean']?.values);
    expect(file.tensors.get('batch_normalization/moving_mean')?.storedName).toBe('layers/batch_normalization/vars/1');
    file.close();
  });
});

it('layers without names find those of the network by their places', async () => {
  const kernelInitializer = { kind: 'glorotUniform' } as const;
  const layers: readonly Layer[] = [
    { kind: 'input', shape: [6, 6, 2], name: 'input', inputs: [], block: 'a' },
    {
      kind: 'conv2d',
      name: 'conv1',
      inputs: ['input'],
      block: 'a',
      filters: 2,
      kernelSize: [3, 3],
      strides: [1, 1],
      padding: 'valid',
      useBias: true,
      kernelInitializer,
    },
    {
      kind: 'batchNorm',
      name: 'bn',
      inputs: ['conv1'],
      block: 'a',
      epsilon: 1e-3,
      momentum: 0.99,
      scale: false,
      center: true,
    },
  ];
  const network: Network = { name: 'n', family: 'test', layers, output: 'bn', pretrained: new Set(['conv1', 'bn']) };
  const file = await openWeights(member('tf.keras', 'model.weights.h5'));
  const { tensors, report } = loadWeights(network, file);
  expect(report.missing).toEqual([]);
  expect([...(tensors.get('bn/beta') ?? [])]).toEqual(expectedTensors('keras.json')['tf.keras']?.['bn/beta']?.values);
  file.close();
});

it('an archive that was packed again is read as it was', async () => {
  await expectTensors(
    archive('packed.keras', unpacked('v3.keras'), 9),
    expectedTensors('keras.json')['v3.keras'] ?? {},
  );
});

/** Of a member as it is, of its archive, and where its header begins. */
interface Sizes {
  readonly own: number;
  readonly file: number;
  readonly offset: number;
}

describe('what is no file of Keras 3 is refused', () => {
  const members = unpacked('v3.keras');
  const cases: readonly (readonly [string, () => string, string])[] = [
    [
      'an archive without weights',
      () => archive('none.keras', { ...members, 'model.weights.h5': new Uint8Array(0) }),
      'HDF5',
    ],
    [
      'an archive whose weights are elsewhere',
      () =>
        archive('sharded.keras', {
          'metadata.json': Buffer.from('{}'),
          'config.json': Buffer.from('{}'),
          'model.weights.json': Buffer.from('{}'),
        }),
      'model.weights.json',
    ],
    [
      'a configuration that is no JSON',
      () => archive('text.keras', { ...members, 'config.json': Buffer.from('{') }),
      'config.json',
    ],
  ];
  it.each(cases)('%s', async (_, write, word) => {
    await expectError(() => openWeights(write()), 'weights.unreadable', word);
  });

  const lies: readonly (readonly [string, (sizes: Sizes) => readonly [number, number], string])[] = [
    ['would lie beyond its end', () => [2 ** 31 - 2, 2 ** 31 - 2], 'claims 2147483646 bytes'],
    ['would lie beyond its end but for their header', ({ file, offset }) => [file - offset, file - offset], 'claims'],
    ['are not packed and have more bytes than that', ({ own }) => [own, own * 40], 'is not packed'],
    ['are not packed and have fewer bytes than that', ({ own }) => [own, 512], 'is not packed'],
  ];
  it.each(lies)('an archive whose weights %s', async (name, claim, words) => {
    const path = archive(`${name.replaceAll(' ', '-')}.keras`, unpacked('v3.keras'));
    const bytes = readFileSync(path);
    const entry = bytes.lastIndexOf('model.weights.h5') - 46;
    const [own, offset] = [bytes.readUInt32LE(entry + 24), bytes.readUInt32LE(entry + 42)];
    claim({ own, offset, file: bytes.length }).forEach((size, index) =>
      bytes.writeUInt32LE(size, entry + 20 + 4 * index),
    );
    writeFileSync(path, bytes);
    await expectError(() => openWeights(path), 'weights.unreadable', `'model.weights.h5' ${words}`);
  });

  it('names of layers that are used twice in one model', async () => {
    const { FS: fileSystem } = await h5wasm.ready;
    const file = new h5wasm.File('/twice.h5', 'w');
    const layers = file.create_group('layers');
    for (const layer of ['conv2d', 'conv2d_1']) {
      const group = layers.create_group(layer).create_group('vars');
      group.create_attribute('name', 'conv1');
      group.create_dataset({ name: '0', data: new Float32Array(1), shape: [1, 1, 1, 1], dtype: '<f' });
    }
    file.close();
    writeFileSync(at('twice.weights.h5'), fileSystem.readFile('/twice.h5'));
    await expectError(() => openWeights(at('twice.weights.h5')), 'weights.unreadable', "'conv1/kernel'", 'twice');
  });
});

it('a configuration that is not a model leaves the names of the file', async () => {
  const path = archive('strange.keras', { ...unpacked('tf.keras'), 'config.json': Buffer.from('[1, {"config": 2}]') });
  const file = await openWeights(path);
  expect([...file.tensors.keys()]).toContain('conv2d/kernel');
  file.close();
});
