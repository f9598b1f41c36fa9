import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readIdxFile } from '../../../../src/engine/dataset/idx/idx-file.ts';
import { readIdxImage } from '../../../../src/engine/dataset/idx/idx-images.ts';
import { tryDecodeImage } from '../../../../src/engine/image/decode-image.ts';
import { scaleToUnitRange } from '../../../../src/engine/network/preprocessing.ts';
import { idxFile, idxImages } from '../../../support/idx-file.ts';
import { patternImage, writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

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

  test('is read alone from a plain file; a packed one stays unpacked only while it is in use', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const plain = path.join(folder, 'alone-idx3-ubyte');
      const packed = path.join(folder, 'held-idx3-ubyte.gz');
      await writeFiles(folder, { 'alone-idx3-ubyte': idxImages(9), 'held-idx3-ubyte.gz': gzipSync(idxImages(9)) });
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
    ['less than claimed', gzipSync(idxFile([9], [1, 2])), 'claims 9 values, and 2 are there'],
    ['damaged', gzipSync(idxImages(900)).fill(7, 40, 60), 'damaged'],
    ['of floating-point numbers', Buffer.from([0, 0, 13, 1, 0, 0, 0, 1, 0]), 'only IDX files of bytes'],
    ['of nothing', Buffer.alloc(0), 'no IDX file'],
  ])('%s', async (name, file, reason) => {
    await writeFiles(folder, { [name]: file });
    await expect(readIdxFile(path.join(folder, name))).rejects.toThrow(reason);
  });
});
