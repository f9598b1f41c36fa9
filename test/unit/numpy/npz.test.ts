import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import { npyHeader } from '../../../src/engine/numpy/npy-header.ts';
import { describesFile, NpzReader } from '../../../src/engine/numpy/npz-reader.ts';
import { NpzWriter } from '../../../src/engine/numpy/npz-writer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const ROOM = 2 ** 20;
let file = '';
let files = 0;
beforeEach(() => {
  file = path.join(folder, `${(files += 1)}.npz`);
});

function bytesOf(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

async function read<Result>(work: (reader: NpzReader) => Promise<Result>): Promise<Result> {
  const reader = await NpzReader.open(file);
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

/** A file as others write it: deflated, or stored. */
function pack(members: Readonly<Record<string, Uint8Array>>, level: 0 | 6 = 6): void {
  writeFileSync(file, zipSync(members, { level }));
}

const array = (description: string, shape: readonly number[], data: Uint8Array): Uint8Array =>
  Buffer.concat([npyHeader(description, shape), data]);

describe('a file that is written', () => {
  it('gives back every array as it was, rows in the pieces they came in', async () => {
    const writer = await NpzWriter.create(file);
    const map = writer.array('features/map', '<f4', [2, 2], { rowBytes: 16, mostRows: 3 });
    const pooled = writer.array('features/pooled', '<f4', [3], { rowBytes: 12, mostRows: 3 });
    await map.append(bytesOf([1, 2, 3, 4]));
    await pooled.append(bytesOf([-1, -2, -3, -4, -5, -6]));
    await map.append(bytesOf([5, 6, 7, 8, 9, 10, 11, 12]));
    await pooled.append(bytesOf([-7, -8, -9]));
    await writer.integers('labels', [0, -1, 2 ** 40]);
    await writer.texts('paths', ['a.png', '狐狸/图片 1.png', '🦉']);
    await writer.texts('none', []);
    expect(existsSync(file)).toBe(false);
    await writer.close();
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);

    await read(async (reader) => {
      expect(reader.names).toEqual(['features/map', 'features/pooled', 'labels', 'paths', 'none']);
      const { shape, data } = await reader.floats('features/map', ROOM);
      expect([shape, [...data]]).toEqual([
        [3, 2, 2],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      ]);
      expect([...(await reader.floats('features/pooled', ROOM)).data]).toEqual([-1, -2, -3, -4, -5, -6, -7, -8, -9]);
      expect(await reader.integers('labels', ROOM)).toEqual([0, -1, 2 ** 40]);
      expect(await reader.texts('paths', ROOM)).toEqual(['a.png', '狐狸/图片 1.png', '🦉']);
      expect(await reader.texts('none', ROOM)).toEqual([]);
    });
  });

  it('may have fewer rows than there was room for, also where what follows lies beyond 4 GiB', async () => {
    const writer = await NpzWriter.create(file);
    const rows = writer.array('features', '<f4', [2], { rowBytes: 8, mostRows: 1_000_000_000 });
    await rows.append(bytesOf([1, 2, 3, 4]));
    await writer.integers('labels', [1, 0]);
    await writer.close();
    await read(async (reader) => {
      expect(await reader.floats('features', ROOM)).toEqual({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
      expect(await reader.integers('labels', ROOM)).toEqual([1, 0]);
    });
  });

  it('takes no more rows than it has room for, and no part of one', async () => {
    const writer = await NpzWriter.create(file);
    const rows = writer.array('features', '<f4', [2], { rowBytes: 8, mostRows: 1 });
    await expect(rows.append(bytesOf([1, 2, 3]))).rejects.toThrow('room for 1 rows');
    await rows.append(bytesOf([1, 2]));
    await expect(rows.append(bytesOf([1, 2]))).rejects.toThrow('room for 0 rows');
    await writer.abandon();
  });

  it('leaves what stood under its name when it is abandoned', async () => {
    writeFileSync(file, 'before');
    const writer = await NpzWriter.create(file);
    await writer.integers('labels', [1]);
    await writer.abandon();
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });
});

describe('a file of others', () => {
  const numbers = {
    '<f2': Uint8Array.of(0x00, 0x3c, 0x00, 0xc0),
    '<f4': new Uint8Array(Float32Array.of(1, -2).buffer),
    '<f8': new Uint8Array(Float64Array.of(1, -2).buffer),
    '|i1': new Uint8Array(Int8Array.of(1, -2).buffer),
    '<i2': new Uint8Array(Int16Array.of(1, -2).buffer),
    '<i4': new Uint8Array(Int32Array.of(1, -2).buffer),
    '<i8': new Uint8Array(BigInt64Array.of(1n, -2n).buffer),
  } as const;
  it.each(Object.entries(numbers))('of %s is read as numbers, deflated or stored', async (description, data) => {
    for (const level of [6, 0] as const) {
      pack({ 'x.npy': array(description, [2, 1], data) }, level);
      await read(async (reader) => {
        expect(await reader.describe('x')).toEqual({
          shape: [2, 1],
          kind: description.includes('f') ? 'floats' : 'integers',
          description,
        });
        expect(await reader.floats('x', ROOM)).toEqual({ shape: [2, 1], data: Float32Array.of(1, -2) });
        if (description.includes('i')) expect(await reader.integers('x', ROOM)).toEqual([1, -2]);
      });
    }
  });

  it('holds texts of bytes or of code points', async () => {
    const points = Buffer.from(Uint32Array.of(0x1f989, 0, 0x61, 0x62).buffer);
    pack({ 'u.npy': array('<U2', [2], points), 's.npy': array('|S3', [2], Buffer.from('ab\0cde')) });
    await read(async (reader) => {
      expect(await reader.texts('u', ROOM)).toEqual(['🦉', 'ab']);
      expect(await reader.texts('s', ROOM)).toEqual(['ab', 'cde']);
    });
  });

  it('may lie column by column, as a transposed array does', async () => {
    const shape = [2, 3, 4];
    const values = Array.from({ length: 24 }, (_, index) => index);
    const place = (index: number): number => Math.floor(index / 12) + 2 * (Math.floor(index / 4) % 3) + 6 * (index % 4);
    const columns: number[] = [];
    values.forEach((value) => (columns[place(value)] = value));
    const header = Buffer.from(npyHeader('<f4', shape).toString('latin1').replace('False', 'True '), 'latin1');
    pack({ 'x.npy': Buffer.concat([header, bytesOf(columns)]) });
    expect(await read((reader) => reader.floats('x', ROOM))).toEqual({ shape, data: Float32Array.from(values) });
  });

  const four = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const refused: Readonly<Record<string, readonly [Readonly<Record<string, Uint8Array>>, string]>> = {
    'has no such array': [{ 'y.npy': array('<f4', [4], four) }, "no array 'x'"],
    'holds a pickle': [{ 'x.npy': array('|O', [4], four) }, 'pickle'],
    'is big-endian': [{ 'x.npy': array('>f4', [4], four) }, "'>f4'"],
    'holds complex numbers': [{ 'x.npy': array('<c8', [2], four) }, "'<c8'"],
    'promises more than it has': [{ 'x.npy': array('<f4', [1_000_000_000], four) }, 'must have 4000000000 bytes'],
    'has a shape beyond all numbers': [{ 'x.npy': array('<f4', [2 ** 50, 2 ** 50], four) }, 'for its shape'],
    'has less in its shape': [{ 'x.npy': array('<f4', [3], four) }, 'must have 12 bytes'],
    'is larger than is read': [{ 'x.npy': array('|u1', [ROOM + 1], new Uint8Array(ROOM + 1)) }, 'at most 1048576'],
    'is no array': [{ 'x.npy': Buffer.from('<!doctype html>') }, 'does not begin as an array'],
  };
  it.each(Object.entries(refused))('that %s is refused, saying why', async (_, [members, words]) => {
    pack(members);
    await read(async (reader) => {
      const error: unknown = await reader.floats('x', ROOM).catch((thrown: unknown) => thrown);
      expect(describesFile(error)).toBe(true);
      expect(String(error)).toContain(words);
    });
  });

  it('is refused when its texts are asked for as numbers, and its numbers as texts', async () => {
    pack({ 'x.npy': array('<U4', [1], four), 'y.npy': array('<f4', [4], four) });
    await read(async (reader) => {
      await expect(reader.floats('x', ROOM)).rejects.toThrow('texts, not numbers');
      await expect(reader.integers('y', ROOM)).rejects.toThrow('not whole numbers');
      await expect(reader.texts('y', ROOM)).rejects.toThrow('not texts');
    });
  });
});

describe('a damaged file', () => {
  const values = Float32Array.from({ length: 5000 }, (_, index) => index % 7);
  const member = array('<f4', [5000], new Uint8Array(values.buffer));
  /** Where the only entry of the directory begins. */
  const directory = (bytes: Buffer): number => bytes.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
  const damages: Readonly<Record<string, readonly [0 | 6, (bytes: Buffer) => Buffer, string]>> = {
    'is cut short': [6, (bytes) => bytes.subarray(0, bytes.length / 2), 'no list of members'],
    'is empty': [6, () => Buffer.alloc(0), '0 bytes'],
    'is a web page': [6, () => Buffer.from(`<!doctype html>${' '.repeat(100)}`), 'no list of members'],
    'has a changed byte': [
      0,
      (bytes) => Buffer.concat([bytes.subarray(0, 3000), Buffer.of(77), bytes.subarray(3001)]),
      'checksum',
    ],
    'has a changed deflated byte': [
      6,
      (bytes) => {
        bytes.writeUInt8(bytes.readUInt8(60) ^ 255, 60);
        return bytes;
      },
      "'x.npy'",
    ],
    'announces a bomb': [
      6,
      (bytes) => (bytes.writeUInt32LE(0xfffffffe, directory(bytes) + 24), bytes),
      'cannot have 4294967294',
    ],
    'announces less than it unpacks to': [
      6,
      (bytes) => (bytes.writeUInt32LE(200, directory(bytes) + 24), bytes),
      'bytes',
    ],
    'is encrypted': [6, (bytes) => (bytes.writeUInt16LE(1, directory(bytes) + 8), bytes), 'encrypted'],
    'is packed in another way': [6, (bytes) => (bytes.writeUInt16LE(14, directory(bytes) + 10), bytes), 'method 14'],
    'begins elsewhere': [6, (bytes) => (bytes.writeUInt32LE(7, directory(bytes) + 42), bytes), 'not where it says'],
    'has more members than it lists': [
      6,
      (bytes) => (bytes.writeUInt16LE(9, bytes.length - 12), bytes),
      'after 1 of 9',
    ],
    'has too many members': [6, (bytes) => (bytes.writeUInt16LE(60_000, bytes.length - 12), bytes), '60000 members'],
    'has a directory beyond its end': [
      6,
      (bytes) => (bytes.writeUInt32LE(1 << 24, bytes.length - 10), bytes),
      'list of members',
    ],
  };
  it.each(Object.entries(damages))('that %s is refused, saying why', async (_, [level, damage, words]) => {
    pack({ 'x.npy': member }, level);
    writeFileSync(file, damage(readFileSync(file)));
    const error: unknown = await read((reader) => reader.floats('x', ROOM)).catch((thrown: unknown) => thrown);
    expect(describesFile(error)).toBe(true);
    expect(String(error)).toContain(words);
  });
});
