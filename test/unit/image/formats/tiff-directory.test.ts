import { expect, test } from 'vitest';
import { TIFF_TAG, tiffDirectory } from '../../../../src/engine/image/formats/tiff-directory.ts';

interface Entry {
  readonly tag: number;
  readonly type: 1 | 3 | 4;
  readonly count: number;
  /** The value where it has four bytes or fewer, else where in the file the values lie. */
  readonly value: number;
}

function tiff(entries: readonly Entry[], bytes: number): Buffer {
  const file = Buffer.alloc(bytes);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  entries.forEach(({ tag, type, count, value }, index) => {
    const at = 10 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  return file;
}

const kept = (file: Buffer): [number, number[]][] =>
  [...(tiffDirectory(file)?.numbers ?? [])].map(([tag, numbers]) => [tag, [...numbers]]);

test('numbers of each type are read of the tags that tell where pixels lie, and of no others', () => {
  const file = tiff(
    [
      { tag: 256, type: 4, count: 1, value: 640 },
      { tag: TIFF_TAG.compression, type: 3, count: 1, value: 6 },
      { tag: TIFF_TAG.stripOffsets, type: 4, count: 2, value: 100 },
      { tag: TIFF_TAG.stripBytes, type: 1, count: 2, value: 0x0201 },
      { tag: 700, type: 1, count: 90, value: 10 },
    ],
    108,
  );
  file.writeUInt32LE(0xffff_fff0, 100);
  file.writeUInt32LE(7, 104);
  expect(kept(file)).toEqual([
    [TIFF_TAG.compression, [6]],
    [TIFF_TAG.stripOffsets, [0xffff_fff0, 7]],
    [TIFF_TAG.stripBytes, [1, 2]],
  ]);
});

test.each(Object.entries(TIFF_TAG))('of a %s that is there twice the first counts', (_, tag) => {
  const entry = { tag, type: 3, count: 1 } as const;
  expect(
    kept(
      tiff(
        [
          { ...entry, value: 1 },
          { ...entry, value: 2 },
        ],
        64,
      ),
    ),
  ).toEqual([[tag, [1]]]);
});

test('entries that all name the same bytes take no more memory than one of them may', () => {
  const bytes = 2 ** 20 + 2 ** 14;
  for (const [count, read] of [
    [2 ** 20, 1],
    [2 ** 19, 2],
    [2 ** 20 + 1, 0],
  ] as const) {
    const entries = Array.from({ length: 1024 }, (_, index): Entry => {
      const tags = Object.values(TIFF_TAG);
      return { tag: tags[index % tags.length] ?? 0, type: 1, count, value: 2 ** 13 };
    });
    const { numbers } = tiffDirectory(tiff(entries, bytes)) ?? {};
    expect([...(numbers?.values() ?? [])].map(({ byteLength }) => byteLength)).toEqual(Array(read).fill(count * 4));
  }
});
