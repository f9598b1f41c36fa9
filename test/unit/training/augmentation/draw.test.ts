import { describe, expect, it } from 'vitest';
import {
  NO_AUGMENTATION,
  PRESET_VALUES,
  USUAL_BLUR,
  USUAL_ERASING,
  type AugmentationPlan,
} from '../../../../src/shared/contract/augmentation.ts';
import { augmentationFeeds } from '../../../../src/engine/graph/augmentation/augment-images.ts';
import { betaDraw } from '../../../../src/engine/training/augmentation/beta.ts';
import { chanceFor } from '../../../../src/engine/training/augmentation/chance.ts';
import { drawAugmentation } from '../../../../src/engine/training/augmentation/draw.ts';
import { transformOf } from '../../../../src/engine/training/augmentation/lookup.ts';
import { WHOLE } from '../../../../src/engine/training/augmentation/parts.ts';
import { chooseVariants } from '../../../../src/engine/training/augmentation/variants.ts';

const COUNT = 2000;
const sizes = { canvas: { height: 48, width: 60 }, input: { height: 32, width: 40 } };
const EVERYTHING = { ...PRESET_VALUES.strong, translation: 0.1, shear: 5, zoom: 0.2, verticalFlip: true };
const imagesOf = (rows: readonly number[], seed = 3, epoch = 1) =>
  rows.map((row) => ({ seeds: [seed, epoch, row], aspectRatio: 1.25 }));
const ALL = [...Array(COUNT).keys()];

/** By feed, the numbers of each image. */
function draw(changes: Partial<AugmentationPlan>, images = imagesOf(ALL)): Readonly<Record<string, number[][]>> {
  const drawn = drawAugmentation({ ...NO_AUGMENTATION, ...changes }, images, sizes);
  return Object.fromEntries(
    Object.entries(drawn).map(([name, { data, shape }]) => {
      const width = shape[1] ?? 1;
      const all = [...data].map(Number);
      return [name, images.map((_, index) => all.slice(index * width, (index + 1) * width))];
    }),
  );
}

const column = (rows: readonly number[][] = [], index: number): number[] => rows.map((row) => row[index] ?? NaN);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const range = (values: readonly number[]): readonly [number, number] => [Math.min(...values), Math.max(...values)];

function expectEvenly(values: readonly number[], from: number, to: number): void {
  const [least, most] = range(values);
  const slack = 0.01 * (to - from);
  expect(least).toBeGreaterThanOrEqual(from - 1e-6);
  expect(least).toBeLessThan(from + slack);
  expect(most).toBeLessThanOrEqual(to + 1e-6);
  expect(most).toBeGreaterThan(to - slack);
  expect(Math.abs(mean(values) - (from + to) / 2)).toBeLessThan(0.03 * (to - from));
}

interface Mixture {
  readonly kind: 'brightness' | 'contrast' | 'saturation' | 'none';
  readonly place: number;
  readonly factor: number;
  readonly mean: number;
  readonly grey: number;
}

/** What an image's numbers mix, of a plan with all of brightness, contrast, saturation and hue. */
function mixturesIn(row: readonly number[]): readonly Mixture[] {
  const numbers = row.length === 19 ? [...row.slice(0, 9), ...row.slice(10)] : row;
  return Array.from({ length: numbers.length / 3 }, (_, place) => {
    const [factor = NaN, mean = NaN, grey = NaN] = numbers.slice(3 * place, 3 * place + 3);
    const greys = grey === 0 ? 'brightness' : 'saturation';
    const kind = factor === 1 ? 'none' : mean === 0 ? greys : 'contrast';
    return { kind, place, factor, mean, grey };
  });
}

const brightnessIn = (row: readonly number[]): Mixture | undefined =>
  mixturesIn(row).find(({ kind }) => kind === 'brightness');

describe('what chance decides for an image', () => {
  it('is the same again for its seeds, whatever else is in the batch, and another for every other', () => {
    const whole = draw(EVERYTHING);
    expect(Object.keys(whole).sort()).toEqual([...augmentationFeeds(EVERYTHING).keys()].sort());
    const some = [77, 3, 1999];
    for (const [name, rows] of Object.entries(draw(EVERYTHING, imagesOf(some)))) {
      // Partners are of the batch.
      if (name !== 'partners') expect(rows).toEqual(some.map((row) => whole[name]?.[row]));
    }
    for (const other of [draw(EVERYTHING, imagesOf(ALL, 4)), draw(EVERYTHING, imagesOf(ALL, 3, 2))]) {
      const same = other['transforms']?.filter((row, index) => row.join() === whole['transforms']?.[index]?.join());
      expect(same).toEqual([]);
    }
  });

  it('of one operation stays what it is when another is added', () => {
    const alone = draw({ brightness: 0.4 })['colour'] ?? [];
    const factor = (row: readonly number[]): number | undefined => brightnessIn(row)?.factor;
    const among = draw({ ...EVERYTHING, brightness: 0.4 })['colour'] ?? [];
    expect(among.map(factor)).toEqual(alone.map(([own]) => own));
  });

  it('are factors around 1, none below 0, and turns of the hue around 0', () => {
    const { colour = [] } = draw({ brightness: 0.4, contrast: 2, saturation: 0.2, hue: 0.1 });
    const factors = (find: (row: readonly number[]) => Mixture | undefined): number[] =>
      colour.flatMap((row) => find(row)?.factor ?? []);
    expectEvenly(factors(brightnessIn), 0.6, 1.4);
    expectEvenly(
      factors((row) => mixturesIn(row).find(({ mean }) => mean !== 0)),
      0,
      3,
    );
    expectEvenly(
      factors((row) => mixturesIn(row).find(({ grey }) => grey !== 0)),
      0.8,
      1.2,
    );
    expectEvenly(column(colour, 9), -0.1, 0.1);
  });

  it('are done in an order of its own for each image, all orders as likely', () => {
    const { colour = [] } = draw({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
    const orders = new Map<string, number>();
    for (const row of colour) {
      const order = mixturesIn(row).flatMap(({ kind, place }) =>
        kind === 'none' ? [] : `${place < 3 ? '-' : '+'}${kind}`,
      );
      orders.set(order.join(), (orders.get(order.join()) ?? 0) + 1);
    }
    // Of three mixtures and the hue: what stands before it, and after it, in each order.
    expect(orders.size).toBe(24);
    const expected = colour.length / 24;
    for (const found of orders.values()) expect(Math.abs(found - expected)).toBeLessThan(6 * Math.sqrt(expected));
  });

  it('are kernels that add up to 1, of which some change nothing', () => {
    const { blur = [] } = draw({ blur: { ...USUAL_BLUR, probability: 0.3 } });
    for (const weights of blur) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    const sharp = blur.filter((weights) => weights[(weights.length - 1) / 2] === 1).length / COUNT;
    // Small sigmas come to the same.
    expect(sharp).toBeGreaterThan(0.66);
    expect(sharp).toBeLessThan(0.8);
  });

  it('are boxes within the image, of an allowed area and shape, as often as asked', () => {
    const { erased = [] } = draw({ erasing: { ...USUAL_ERASING, probability: 0.4 } });
    const boxes = erased.filter(([, , bottom = 0]) => bottom > 0);
    expect(Math.abs(boxes.length / COUNT - 0.4)).toBeLessThan(0.05);
    for (const [top = -1, left = -1, bottom = 99, right = 99] of boxes) {
      expect(top >= 0 && left >= 0 && bottom <= 32 && right <= 40).toBe(true);
      const area = ((bottom - top) * (right - left)) / (32 * 40);
      expect(area).toBeGreaterThan(0.01);
      expect(area).toBeLessThan(0.36);
    }
  });

  it('is how much of its partner it is given, the label as much as the pixels', () => {
    const { mix: mixed = [], partners = [] } = draw({ mixup: 1 });
    expectEvenly(column(mixed, 4), 0, 1);
    expect(column(mixed, 5)).toEqual(column(mixed, 4));
    expect(partners.slice(0, 3).flat()).toEqual([COUNT - 1, 0, 1]);
    for (const [top = 0, left = 0, bottom = 0, right = 0, weight, share] of draw({ cutmix: 1 })['mix'] ?? []) {
      expect(weight).toBe(1);
      expect(share).toBeCloseTo(((bottom - top) * (right - left)) / (32 * 40), 5);
    }
    const either = column(draw({ mixup: 1, cutmix: 1 })['mix'], 4).filter((weight) => weight === 1).length / COUNT;
    expect(Math.abs(either - 0.5)).toBeLessThan(0.05);
  });

  it.each([0.05, 0.2, 0.9, 1, 3, 10])('is drawn from Beta(%f, %f) with its mean and variance', (alpha) => {
    const chance = chanceFor([alpha * 1000], 'mix');
    const values = Array.from({ length: 20_000 }, () => betaDraw(alpha, chance));
    const variance = mean(values.map((value) => (value - 0.5) ** 2));
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(0.015);
    expect(variance * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1);
  });

  it('is one of the variants, each about equally often', () => {
    const batch = { rows: Int32Array.from(ALL), repeats: new Int32Array(COUNT) };
    const chosen = chooseVariants(4, 3, 1, batch);
    expect(chooseVariants(4, 3, 1, batch)).toEqual(chosen);
    expect(chooseVariants(4, 3, 2, batch)).not.toEqual(chosen);
    for (const variant of [0, 1, 2, 3]) {
      const share = chosen.filter((one) => one === variant).length / COUNT;
      expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
    }
  });
});

describe('the place that a pixel comes from', () => {
  const STILL = { rotation: 0, shear: 0, moveX: 0, moveY: 0, scale: 1 };
  const UPRIGHT = { part: WHOLE, isMirrored: false, isUpsideDown: false };
  const same = { canvas: sizes.input, input: sizes.input };

  it.each([
    ['its own, where nothing moves', STILL, UPRIGHT, [1, 0, 0, 0, 1, 0]],
    ['the other side, mirrored', STILL, { ...UPRIGHT, isMirrored: true }, [-1, 0, 39, 0, 1, 0]],
    ['the other end, upside down', STILL, { ...UPRIGHT, isUpsideDown: true }, [1, 0, 0, 0, -1, 31]],
    ['against the move', { ...STILL, moveX: 0.1, moveY: -0.25 }, UPRIGHT, [1, 0, -4, 0, 1, 8]],
    ['half as far from the middle, twice as large', { ...STILL, scale: 2 }, UPRIGHT, [0.5, 0, 9.75, 0, 0.5, 7.75]],
    ['a quarter turn back, about the middle', { ...STILL, rotation: 90 }, UPRIGHT, [0, 1, 4, -1, 0, 35]],
  ])('is %s', (_, affine, geometry, expected) => {
    transformOf(affine, geometry, same)
      .slice(0, 6)
      .forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 10));
  });

  it('lies in the part of the canvas that is cut', () => {
    const part = { left: 0.25, top: 0.5, width: 0.5, height: 0.25 };
    const found = transformOf(STILL, { ...UPRIGHT, part }, sizes);
    [0.75, 0, 14.875, 0, 0.375, 23.6875].forEach((value, index) => expect(found[index]).toBeCloseTo(value, 10));
  });
});
