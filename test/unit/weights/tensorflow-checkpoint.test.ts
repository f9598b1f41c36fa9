import { copyFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from '../../../src/engine/weights/crc32c.ts';
import { openWeights } from '../../../src/engine/weights/open.ts';
import { inMemory, SortedStringTable } from '../../../src/engine/weights/sorted-string-table.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { sliceKey } from '../../../src/engine/weights/tensorflow/slice-key.ts';
import { sortedStringTable, writeCheckpointFile, type CheckpointTensor } from '../../support/checkpoint-file.ts';
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

  it.runIf(process.platform !== 'win32')('a device as a data file, or as the index', async () => {
    writeCheckpointFile(at('device'), [BIAS]);
    for (const name of ['device.data-00000-of-00001', 'device.index']) {
      rmSync(at(name));
      symlinkSync('/dev/zero', at(name));
      await expectError(() => openWeights(at('device')), 'weights.unreadable', 'regular file', name);
    }
  });

  it.each([
    ['each at its own place is read', [0, 8], null],
    ['that all lie at one place', [0, 0], '16 bytes of the 8 of all data files'],
  ] as const)('a variable of slices %s', async (_, offsets, problem) => {
    const values = Float32Array.of(1, 2, 3, 4);
    const data = Buffer.from(values.buffer);
    const entry = (offset: number): Buffer => {
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32LE(maskedCrc32c(data.subarray(offset, offset + 8)));
      return Buffer.from([0x08, 1, 0x20, offset, 0x28, 8, 0x35, ...checksum]);
    };
    const extent = (start: number): number[] => [0x3a, 6, 0x0a, 4, 0x08, start, 0x10, 2];
    const whole = Buffer.from([0x08, 1, 0x12, 4, 0x12, 2, 0x08, 4, ...extent(0), ...extent(2)]);
    const table = sortedStringTable([
      ['', Buffer.from([0x08, 1])],
      [sliceKey('v', [{ start: 0, length: 2 }]), entry(offsets[0])],
      [sliceKey('v', [{ start: 2, length: 2 }]), entry(offsets[1])],
      ['v', whole],
    ]);
    writeFileSync(at('sliced.index'), table);
    writeFileSync(at('sliced.data-00000-of-00001'), data.subarray(0, offsets[1] + 8));
    if (problem === null) expect((await openTensorFlowCheckpoint(at('sliced'))).read('v')).toEqual(values);
    else await expectError(() => openTensorFlowCheckpoint(at('sliced')), 'weights.unreadable', "'v'", problem);
  });

  it('keys that would take far more room than the table', () => {
    const entriesOf = (count: number, length: number): number => {
      const keys = Array.from({ length: count }, (_, index) => {
        const key = Buffer.alloc(length, 'a');
        key.writeUInt16BE(index, length - 2);
        return key;
      });
      const table = sortedStringTable(keys.map((key) => [key, Buffer.alloc(0)]));
      return [...new SortedStringTable(inMemory(table)).entries()].length;
    };
    expect(entriesOf(3, 1 << 16)).toBe(3);
    expect(() => entriesOf(1, (1 << 16) + 1)).toThrow('a key has 65537 bytes');
    expect(() => entriesOf(1030, 1 << 16)).toThrow('more than 67108864 bytes');
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
