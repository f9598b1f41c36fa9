import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readIdxFile } from '../../../../src/engine/dataset/idx/idx-file.ts';
import { readIdxImage } from '../../../../src/engine/dataset/idx/idx-images.ts';
import { tryDecodeImage } from '../../../../src/engine/image/decode-image.ts';
import { scaleToUnitRange } from '../../../../src/engine/network/preprocessing.ts';
import { idxFile, idxFileOf, idxImages } from '../../../support/idx-file.ts';
import { patternImage, writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

vi.mock('../../../../src/engine/dataset/idx/idx-file.ts', { spy: true });

const folder = temporaryFolder();
const size = { ...scaleToUnitRange(4, 4), resize: 'stretch' } as const;

describe('an image within an IDX file', () => {
  test.each([
    ['plain-images-idx3-ubyte', idxImages(3)],
    ['packed-images-idx3-ubyte.gz', gzipSync(idxImages(3))],
  ])('decodes by the path of its file and its number: %s', async (name, file) => {
    await writeFiles(folder, { [name]: file });
    const decoded = await tryDecodeImage(path.join(folder, name, '00002'), size);
    const grey = idxImages(3).subarray(16 + 2 * 16);
    expect(decoded).toMatchObject({ kind: 'pixels', aspectRatio: 1 });
    expect(decoded.kind === 'pixels' && [...decoded.pixels]).toEqual(
      [...grey].flatMap((value) => [value, value, value]),
    );
    expect(await tryDecodeImage(path.join(folder, name, '00003'), size)).toEqual({
      kind: 'problem',
      reason: 'it has no image 3',
    });
  });

  test.each([
    ['cut-images-idx3-ubyte', idxImages(3).subarray(0, 60), 2, 'the file is cut short'],
    ['labels-idx3-ubyte', idxFile([3], [1, 2, 3]), 1, 'it has no image 1'],
    ['labels-idx3-ubyte.gz', gzipSync(idxFile([3], [1, 2, 3])), 1, 'it has no image 1'],
    ['packed-idx3-ubyte.gz', gzipSync(idxImages(3)), 3, 'it has no image 3'],
    ['moon-idx3-ubyte', idxFile([1, 2 ** 15, 2 ** 15], [1]), 0, 'the file is cut short'],
    ['empty-idx3-ubyte', '', 0, 'the file is no IDX file'],
  ])('that is not there is told: %s', async (name, file, index, words) => {
    await writeFiles(folder, { [name]: file });
    await expect(readIdxImage(path.join(folder, name), index)).rejects.toThrow(words);
  });

  test.each([
    ['int8', [-128, 0, 64, 127], [0, 128, 192, 255]],
    ['int16', [0, 1024, 2048, 4095], [0, 64, 128, 255]],
    ['int32', [0, 1 << 20, 2 << 20, (4 << 20) - 1], [0, 64, 128, 255]],
    ['float32', [0, 0.25, 0.5, 1], [0, 64, 128, 255]],
    ['float64', [-1, -0.5, 0, 1], [0, 64, 128, 255]],
  ] as const)('of %s numbers is as bright as its file says', async (kind, values, levels) => {
    const name = `${kind}-images-idx3-${kind}`;
    const file = idxFileOf(kind, [2, 2, 2], [0, 0, 0, 0, ...values]);
    await writeFiles(folder, { [name]: file, [`${name}.gz`]: gzipSync(file) });
    for (const stored of [name, `${name}.gz`]) {
      const { pixels, channels } = await readIdxImage(path.join(folder, stored), 1);
      expect([channels, [...pixels]]).toEqual([1, levels]);
    }
  });

  test.each([
    ['last', [1, 2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    ['behind the count', [1, 3, 2, 2], [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]],
  ])('has colours where its channels stand %s', async (where, shape, values) => {
    const name = `${where.length}-images-idx4-ubyte`;
    await writeFiles(folder, { [name]: idxFile(shape, values) });
    const image = await readIdxImage(path.join(folder, name), 0);
    expect(image).toMatchObject({ width: 2, height: 2, channels: 3 });
    expect([...image.pixels]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const decoded = await tryDecodeImage(path.join(folder, name, '00000'), {
      ...scaleToUnitRange(2, 2),
      resize: 'stretch',
    });
    expect(decoded.kind === 'pixels' && [...decoded.pixels]).toEqual([...image.pixels]);
  });

  test.each([
    [[1, 2, 2, 4], 'its dimensions are 1 x 2 x 2 x 4: an image has 1 channel or 3'],
    [[1, 0, 2], 'its dimensions are 1 x 0 x 2: there is no pixel'],
  ])('of dimensions %j is refused by name', async (shape, words) => {
    const name = `odd-${shape.join('-')}-images-idx4-ubyte`;
    const values = Array<number>(shape.reduce((product, size) => product * size, 1)).fill(0);
    await writeFiles(folder, { [name]: idxFile(shape, values) });
    await expect(readIdxImage(path.join(folder, name), 0)).rejects.toThrow(words);
  });

  test('is read alone from a plain file; a packed one stays unpacked only while it is in use', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const plain = path.join(folder, 'alone-idx3-ubyte');
      const packed = path.join(folder, 'held-idx3-ubyte.gz');
      await writeFiles(folder, { 'alone-idx3-ubyte': idxImages(9), 'held-idx3-ubyte.gz': gzipSync(idxImages(900)) });
      const bufferOf = async (file: string): Promise<ArrayBufferLike> => (await readIdxImage(file, 4)).pixels.buffer;
      expect((await bufferOf(plain)).byteLength).toBe(16);
      const first = await bufferOf(packed);
      vi.advanceTimersByTime(20_000);
      expect(await bufferOf(packed)).toBe(first);
      vi.advanceTimersByTime(20_000);
      expect(await bufferOf(packed)).toBe(first);
      vi.advanceTimersByTime(40_000);
      expect(await bufferOf(packed)).not.toBe(first);
    } finally {
      vi.useRealTimers();
    }
  });

  test('of a packed file of real numbers is unpacked once, for its pixels and for their range', async () => {
    const file = gzipSync(idxFileOf('float32', [2, 2, 2], [0, 0, 0, 0, 0, 0.25, 0.5, 1]));
    await writeFiles(folder, { 'once-idx3-float.gz': file });
    vi.mocked(readIdxFile).mockClear();
    const { pixels } = await readIdxImage(path.join(folder, 'once-idx3-float.gz'), 1);
    expect([...pixels]).toEqual([0, 64, 128, 255]);
    expect(readIdxFile).toHaveBeenCalledTimes(1);
  });

  test('is none in a folder of such a name', async () => {
    await writeFiles(folder, { 'folder-idx3-ubyte/00001': patternImage(4, 4, 1).png().toBuffer() });
    expect(await tryDecodeImage(path.join(folder, 'folder-idx3-ubyte/00001'), size)).toMatchObject({ kind: 'pixels' });
  });

  test('that has gone is told as a missing file', async () => {
    expect(await tryDecodeImage(path.join(folder, 'none-idx3-ubyte/00001'), size)).toEqual({
      kind: 'problem',
      reason: 'there is no such file',
    });
  });
});

describe('an IDX file is not unpacked beyond what its header claims', () => {
  test.each([
    [
      'more than claimed',
      gzipSync(Buffer.concat([idxFile([2], [1, 2]), Buffer.alloc(1_000_000)])),
      'more than its header claims',
    ],
    ['less than claimed', gzipSync(idxFile([9], [1, 2])), 'claims 9 bytes of numbers, and 2 are there'],
    ['damaged', gzipSync(idxImages(900)).fill(7, 40, 60), 'damaged'],
    ['of real numbers with less than claimed', Buffer.from([0, 0, 13, 1, 0, 0, 0, 1, 0]), 'claims 4 bytes'],
    ['of a type that there is not', Buffer.from([0, 0, 10, 1, 0, 0, 0, 1, 0]), 'type 0x0a'],
    ['of five dimensions', Buffer.from([0, 0, 8, 5, ...Array<number>(20).fill(1)]), '5 dimensions'],
    ['of more bytes than are read', idxFileOf('float64', [2 ** 14, 2 ** 7, 2 ** 7], []), 'more than the'],
    ['of nothing', Buffer.alloc(0), 'no IDX file'],
  ])('%s', async (name, file, reason) => {
    await writeFiles(folder, { [name]: file });
    await expect(readIdxFile(path.join(folder, name))).rejects.toThrow(reason);
  });
});
