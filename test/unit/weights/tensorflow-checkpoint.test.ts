import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/engine/weights/crc32c.ts';
import { openWeights } from '../../../src/engine/weights/open.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { writeCheckpointFile, type CheckpointTensor } from '../../support/checkpoint-file.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const KERNEL: CheckpointTensor = { name: 'conv1/kernel', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
const BIAS: CheckpointTensor = { name: 'conv1/bias', shape: [1], data: Float32Array.of(5) };
const SCALAR: CheckpointTensor = { name: 'temperature', shape: [], data: Float32Array.of(6) };
const SLOT: CheckpointTensor = { name: 'conv1/kernel/momentum', shape: [2, 2], data: new Float32Array(4) };
const STEP: CheckpointTensor = { name: 'step', shape: [], data: BigInt64Array.of(12n) };

describe('a TensorFlow checkpoint', () => {
  it('gives its float32 tensors, without slots and counters, however it is named', async () => {
    writeCheckpointFile(at('good'), [KERNEL, BIAS, SCALAR, SLOT, STEP]);
    for (const path of ['good', 'good.index', 'good.data-00000-of-00001']) {
      const file = await openWeights(at(path));
      expect(file.format).toBe('tensorflow-checkpoint');
      expect([...file.tensors.keys()]).toEqual(['conv1/bias', 'conv1/kernel', 'temperature']);
      expect(file.tensors.get('conv1/kernel')).toMatchObject({ shape: [2, 2], dtype: 'float32' });
      for (const tensor of [KERNEL, BIAS, SCALAR]) expect(file.read(tensor.name)).toEqual(tensor.data);
      await expectError(() => file.read('conv1/gamma'), 'weights.mismatch', 'conv1/gamma');
      file.close();
    }
  });

  it('is known by its bytes when its index has another name, and misses its data then', async () => {
    writeCheckpointFile(at('renamed'), [BIAS]);
    copyFileSync(at('renamed.index'), at('weights.bin'));
    await expectError(() => openWeights(at('weights.bin')), 'weights.unreadable', 'weights.bin.data-00000-of-00001');
  });
});

describe('a damaged checkpoint is refused', () => {
  const cases: readonly (readonly [
    string,
    readonly CheckpointTensor[],
    Parameters<typeof writeCheckpointFile>[2],
    string,
  ])[] = [
    ['a tensor beyond its file', [{ ...BIAS, offset: 4 }], {}, "'conv1/bias'"],
    ['a size that is not the shape’s', [{ ...KERNEL, size: 12 }], {}, '[2, 2]'],
    ['a shape of 2^60 values', [{ ...KERNEL, shape: [2 ** 30, 2 ** 30] }], {}, '1073741824'],
    ['a data file that is not announced', [{ ...BIAS, shard: 3 }], {}, 'file 3'],
    ['a data file that is missing', [BIAS], { shards: 2 }, '-of-00002'],
    ['data files without end', [BIAS], { shards: 1e9 }, '1000000000'],
    ['a big-endian one', [BIAS], { endianness: 1 }, 'big-endian'],
    ['a compressed index', [BIAS], { compression: 1 }, 'compressed'],
  ];
  it.each(cases)('%s', async (name, tensors, header, word) => {
    const prefix = at(name.replaceAll(/\W/g, '-'));
    writeCheckpointFile(prefix, tensors, header);
    await expectError(() => openTensorFlowCheckpoint(prefix), 'weights.unreadable', word);
  });

  it('a changed value, on reading', async () => {
    writeCheckpointFile(at('flipped'), [KERNEL, BIAS]);
    const data = readFileSync(at('flipped.data-00000-of-00001'));
    data[6] = (data[6] ?? 0) ^ 1;
    writeFileSync(at('flipped.data-00000-of-00001'), data);
    const file = await openTensorFlowCheckpoint(at('flipped'));
    await expectError(() => file.read('conv1/kernel'), 'weights.unreadable', 'checksum', 'conv1/kernel');
    expect(file.read('conv1/bias')).toEqual(BIAS.data);
  });

  it('a data file removed after the index was read', async () => {
    writeCheckpointFile(at('gone'), [BIAS]);
    const file = await openTensorFlowCheckpoint(at('gone'));
    rmSync(at('gone.data-00000-of-00001'));
    await expectError(() => file.read('conv1/bias'), 'weights.unreadable', 'gone.data');
  });

  it('an index that is missing', async () => {
    await expectError(() => openTensorFlowCheckpoint(at('nothing')), 'weights.unreadable', 'nothing.index');
  });

  it('an index cut anywhere, or with any byte changed', async () => {
    writeCheckpointFile(at('bad'), [KERNEL, BIAS, STEP]);
    const index = readFileSync(at('bad.index'));
    const whole = await openTensorFlowCheckpoint(at('bad'));
    for (let length = 0; length < index.length; length += 1) {
      writeFileSync(at('bad.index'), index.subarray(0, length));
      await expectError(() => openTensorFlowCheckpoint(at('bad')), 'weights.unreadable');
    }
    for (let position = 0; position < index.length; position += 1) {
      const changed = Buffer.from(index);
      changed[position] = (changed[position] ?? 0) ^ 0x81;
      writeFileSync(at('bad.index'), changed);
      await openTensorFlowCheckpoint(at('bad')).then(
        // The block of metadata and the footer's padding are read by nobody: there a change changes nothing.
        (file) => {
          expect([...file.tensors]).toEqual([...whole.tensors]);
        },
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'weights.unreadable' });
        },
      );
    }
  });
});

it('CRC-32C gives the values of RFC 3720, appendix B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});
