import { expect, it } from 'vitest';
import type { DatasetImage } from '../../../../src/engine/dataset/dataset.ts';
import { nearLeakWarning } from '../../../../src/engine/dataset/split/leaks.ts';

const image = (path: string, split: DatasetImage['split'], contentHash: string): DatasetImage => {
  return { path, split, contentHash, label: 0, bytes: 1 };
};
const pair = { paths: ['cat/a.png', 'cat/b.png'], contents: ['a', 'b'] } as const;

it.each([
  { what: 'show the same', hashes: ['a', 'b'], splits: ['train', 'validation'], warned: true },
  { what: 'are both trained on', hashes: ['a', 'b'], splits: ['train', 'train'], warned: false },
  {
    what: 'were looked at before the first was replaced',
    hashes: ['x', 'b'],
    splits: ['train', 'test'],
    warned: false,
  },
  {
    what: 'were looked at before the second was replaced',
    hashes: ['a', 'x'],
    splits: ['test', 'train'],
    warned: false,
  },
] as const)('images that $what: a warning of near leaks is $warned', ({ hashes, splits, warned }) => {
  const images = [image('cat/a.png', splits[0], hashes[0]), image('cat/b.png', splits[1], hashes[1])];
  expect(nearLeakWarning({ images }, [pair]) !== null).toBe(warned);
});
