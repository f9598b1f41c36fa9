import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { npyHeader } from '../../../src/engine/numpy/npy-header.ts';
import { openStoredWeights, openWeights } from '../../../src/engine/weights/open.ts';
import { readMember, zipMembers } from '../../../src/engine/weights/zip-members.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;

function npy(description: string, shape: readonly number[], data: ArrayBufferView, isFortran = false): Uint8Array {
  const header = npyHeader(description, shape);
  const text = isFortran ? Buffer.from(header.toString('latin1').replace('False', 'True '), 'latin1') : header;
  return Buffer.concat([text, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

function write(members: Zippable, level: 0 | 6 = 0): string {
  files += 1;
  const path = join(folder, `${files}.npz`);
  writeFileSync(path, zipSync(members, { level }));
  return path;
}

describe('an .npz archive of named arrays', () => {
  const members: Zippable = {
    'conv1/kernel.npy': npy('<f4', [2, 2], Float32Array.of(1, 2, 3, 4)),
    'conv1/bias.npy': npy('<f8', [2], Float64Array.of(0.5, -1)),
    'turned.npy': npy('<f4', [2, 3], Float32Array.of(1, 4, 2, 5, 3, 6), true),
    'half.npy': npy('<f2', [2], Uint16Array.of(0x3e00, 0xc000)),
    'step.npy': npy('<i8', [], BigInt64Array.of(7n)),
  };
  it.each([0, 6] as const)('gives every array by its name, packed at level %d', async (level) => {
    const file = await openStoredWeights(write(members, level));
    expect(
      [...file.tensors.entries()].map(([name, { shape, dtype, isWeight }]) => [name, shape, dtype, isWeight]),
    ).toEqual([
      ['conv1/kernel', [2, 2], 'float32', true],
      ['conv1/bias', [2], 'float64', true],
      ['turned', [2, 3], 'float32', true],
      ['half', [2], 'float16', true],
      ['step', [], 'int64', false],
    ]);
    expect([...file.read('conv1/kernel')]).toEqual([1, 2, 3, 4]);
    expect([...file.read('conv1/bias')]).toEqual([0.5, -1]);
    expect([...file.read('turned')]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...file.read('half')]).toEqual([1.5, -2]);
    expect([...file.read('step')]).toEqual([7]);
    await expectError(() => file.read('conv2/kernel'), 'weights.mismatch', 'conv2/kernel');
  });

  it('leaves out texts', async () => {
    const path = write({ ...members, 'names.npy': npy('<U1', [1], Uint32Array.of(65)) });
    expect([...(await openWeights(path)).tensors.keys()]).not.toContain('names');
  });
});

describe('an .npz archive that is none of weights is refused', () => {
  const cases: readonly (readonly [string, Zippable, string])[] = [
    ['arrays of Python objects', { 'a.npy': npy('|O', [1], new Uint8Array(8)) }, 'pickle'],
    ['big-endian numbers', { 'a.npy': npy('>f4', [1], new Uint8Array(4)) }, '>f4'],
    ['a shape of 2^60 numbers', { 'a.npy': npy('<f4', [2 ** 30, 2 ** 30], new Uint8Array(4)) }, '1073741824'],
    ['a shape of other bytes', { 'a.npy': npy('<f4', [3], new Uint8Array(4)) }, '[3]'],
    ['an array without a header', { 'a.npy': new Uint8Array(4) }, "'a'"],
    ['texts alone', { 'a.npy': npy('<U1', [1], new Uint8Array(4)) }, 'none'],
  ];
  it.each(cases)('%s', async (_, members, word) => {
    await expectError(() => openWeights(write(members)), 'weights.unreadable', word);
  });

  it('an array whose bytes were changed', async () => {
    const path = write({ 'a.npy': npy('<f4', [2], Float32Array.of(1, 2)) });
    const bytes = readFileSync(path);
    bytes.write('x', bytes.indexOf(Buffer.from(Float32Array.of(1, 2).buffer)));
    writeFileSync(path, bytes);
    const file = await openWeights(path);
    await expectError(() => file.read('a'), 'weights.unreadable', 'checksum');
  });

  it('an array that would lie beyond the end of the file', async () => {
    const bytes = Buffer.from(zipSync({ 'a.npy': npy('<f4', [16], new Float32Array(16)) }, { level: 0 }));
    const end = bytes.lastIndexOf(Buffer.from('504b0102', 'hex'));
    for (const field of [20, 24]) bytes.writeUInt32LE(2 ** 31 - 2, end + field);
    const path = join(folder, 'beyond.npz');
    writeFileSync(path, bytes);
    await expectError(() => openWeights(path), 'weights.unreadable', "'a.npy' claims 2147483646 bytes at 0");
  });

  it('arrays that together unpack to far more than the file', async () => {
    const zeros = npy('<f4', [1 << 16], new Float32Array(1 << 16));
    const path = write({ 'a.npy': zeros, 'b.npy': zeros }, 6);
    await expectError(() => openWeights(path), 'weights.unreadable', 'packed in a file');
  });

  it('an array of which more is asked than it has', async () => {
    for (const level of [0, 6] as const) {
      const path = write({ 'a.npy': npy('<f4', [2], Float32Array.of(1, 2)) }, level);
      const [member] = [...(await zipMembers(path)).values()];
      if (member === undefined) throw new Error('the archive is empty');
      expect(readMember(path, member, member.bytes - 4, 4)).toEqual(new Uint8Array(Float32Array.of(2).buffer));
      await expectError(() => readMember(path, member, member.bytes - 4, 5), 'weights.unreadable', "'a.npy' has no 5");
    }
  });

  it('an array that unpacks to a million times its size', async () => {
    const bytes = Buffer.from(zipSync({ 'a.npy': npy('<f4', [16], new Float32Array(16)) }, { level: 9 }));
    const end = bytes.lastIndexOf(Buffer.from('504b0102', 'hex'));
    bytes.writeUInt32LE(2 ** 31 - 2, end + 24);
    const path = join(folder, 'bomb.npz');
    writeFileSync(path, bytes);
    await expectError(() => openWeights(path), 'weights.unreadable', 'packed in');
  });
});
