import { beforeEach, describe, expect, it } from 'vitest';
import { ImageList } from '../../../../src/renderer/state/image-list.svelte.ts';
import { ImageSelection, type Picking } from '../../../../src/renderer/state/image-selection.svelte.ts';
import { answered, listedImage, ListedImages } from '../../../support/listed-images.ts';

const TOTAL = 100_000;
const ALONE: Picking = { extend: false, toggle: false };
const TOGGLE: Picking = { extend: false, toggle: true };
const EXTEND: Picking = { extend: true, toggle: false };
const EXTEND_MORE: Picking = { extend: true, toggle: true };

describe('what is selected of a list of images', () => {
  let engine: ListedImages;
  let selection: ImageSelection;
  let failures: unknown[];

  beforeEach(async () => {
    engine = new ListedImages(TOTAL);
    failures = [];
    const list = new ImageList(engine, { datasetId: 'dataset', version: 'v1' }, { split: 'train' });
    selection = new ImageSelection(
      () => list,
      (error) => failures.push(error),
    );
    await answered();
  });

  const places = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => index + from).filter((place) =>
      selection.has(listedImage(place)),
    );

  it.each<readonly [string, readonly (readonly [number, Picking])[], readonly number[]]>([
    [
      'a press selects one alone',
      [
        [1, ALONE],
        [3, ALONE],
      ],
      [3],
    ],
    [
      'with Ctrl another one too, or it no longer',
      [
        [1, ALONE],
        [3, TOGGLE],
        [5, TOGGLE],
        [1, TOGGLE],
      ],
      [3, 5],
    ],
    [
      'with Shift from the last one to it',
      [
        [4, ALONE],
        [2, EXTEND],
      ],
      [2, 3, 4],
    ],
    [
      'with Shift once more from where that began',
      [
        [4, ALONE],
        [2, EXTEND],
        [6, EXTEND],
      ],
      [4, 5, 6],
    ],
    [
      'with both what was selected stays',
      [
        [0, ALONE],
        [4, TOGGLE],
        [6, EXTEND_MORE],
      ],
      [0, 4, 5, 6],
    ],
  ])('%s', async (_, picks, expected) => {
    for (const [place, how] of picks) await selection.pick(place, how);
    expect(places(0, 9)).toEqual(expected);
    expect(selection.count).toBe(expected.length);
  });

  it('reaches over pages that are not held, and holds none of them for it', async () => {
    await selection.pick(10, ALONE);
    await selection.pick(3009, EXTEND);
    expect(selection.count).toBe(3000);
    expect(selection.has(listedImage(2500))).toBe(true);
    expect(engine.asked.map(({ limit }) => limit)).toEqual([500, 1000, 1000, 510]);
  });

  it('is of the last press, though the one before is still being looked up', async () => {
    await selection.pick(10, ALONE);
    const far = selection.pick(90_000, EXTEND);
    await selection.pick(3, ALONE);
    await far;
    expect([selection.count, places(0, 20)]).toEqual([1, [3]]);
  });

  it('follows a rectangle as it grows and shrinks', async () => {
    await selection.pick(0, ALONE);
    await selection.draw(
      [
        { first: 2, end: 4 },
        { first: 7, end: 9 },
      ],
      false,
    );
    expect(places(0, 9)).toEqual([2, 3, 7, 8]);
    await selection.draw([{ first: 2, end: 3 }], false);
    selection.drawn();
    expect(places(0, 9)).toEqual([2]);
  });

  it('asks for what a long rectangle covers by few requests, and no more of one that has grown since', async () => {
    const rows = (end: number) =>
      Array.from({ length: end / 10 }, (_, row) => ({ first: row * 10, end: row * 10 + 4 }));
    const asked = engine.asked.length;
    const drawn = [selection.draw(rows(60_000), false), selection.draw(rows(70_000), false)];
    await Promise.resolve();
    await Promise.all([...drawn, selection.draw(rows(5000), false)]);
    expect(selection.count).toBe(2000);
    expect(places(4980, 5010)).toEqual([4980, 4981, 4982, 4983, 4990, 4991, 4992, 4993]);
    expect(engine.asked.length - asked).toBeLessThanOrEqual(7);
  });

  it('keeps of some images those that are meant, and of all that pass a filter none', async () => {
    await selection.pick(2, ALONE);
    await selection.pick(5, EXTEND);
    selection.keep(['image-5', 'image-3', 'image-9']);
    expect(places(0, 9)).toEqual([3, 5]);
    selection.all();
    selection.keep(['image-3']);
    expect(selection.count).toBe(0);
  });

  it('takes with a rectangle what was not, and lets go what was, where it adds', async () => {
    await selection.draw([{ first: 2, end: 5 }], false);
    selection.drawn();
    await selection.draw([{ first: 4, end: 6 }], true);
    await selection.draw([{ first: 4, end: 7 }], true);
    selection.drawn();
    expect(places(0, 9)).toEqual([2, 3, 5, 6]);
  });

  it('is told by ids where it is some images', async () => {
    expect(await selection.images()).toBeNull();
    await selection.pick(3, ALONE);
    expect(await selection.images()).toEqual({ imageIds: ['image-3'] });
  });

  it('is told by the filter where it is all of 100,000, without asking for one', async () => {
    const asked = engine.asked.length;
    selection.all();
    expect(selection.count).toBe(TOTAL);
    expect(await selection.images()).toEqual({ filter: { split: 'train' }, version: 'v1' });
    expect(engine.asked).toHaveLength(asked);
  });

  it('is told by ids where it is all but one', async () => {
    selection.all();
    await selection.pick(7, TOGGLE);
    const images = await selection.images();
    const ids = images !== null && 'imageIds' in images ? images.imageIds : [];
    expect([ids.length, ids.includes('image-7'), ids.at(-1)]).toEqual([TOTAL - 1, false, `image-${TOTAL - 1}`]);
  });

  it('tells why images could not be looked up, and stays as it was', async () => {
    await selection.pick(3, ALONE);
    engine.failure = new Error('gone');
    await selection.pick(5000, EXTEND);
    expect(failures).toEqual([engine.failure]);
    expect(places(0, 9)).toEqual([3]);
  });
});
