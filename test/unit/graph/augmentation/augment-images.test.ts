import { describe, expect, it } from 'vitest';
import {
  NO_AUGMENTATION,
  PRESET_VALUES,
  USUAL_BLUR,
  USUAL_CROP,
  USUAL_ERASING,
  type AugmentationPlan,
} from '../../../../src/shared/contract/augmentation.ts';
import { augmentationFeeds, augmentImages } from '../../../../src/engine/graph/augmentation/augment-images.ts';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import type { Feed } from '../../../../src/engine/runtime/session.ts';
import { loadGraph, randomValues } from '../../../support/graph-session.ts';

const BATCH = 3;
const SIZE = { height: 8, width: 9 };
const PIXELS = BATCH * SIZE.height * SIZE.width * 3;
const NEUTRAL = [120, 110, 100];
const pixels = Uint8Array.from(randomValues(PIXELS, 5), (value) => (value + 1) * 127.9);
const AREA = SIZE.height * SIZE.width * 3;

/** For each feed, numbers that change nothing. */
const IDENTITY: Readonly<Record<string, (width: number) => readonly number[]>> = {
  boxes: () => [0, 0, 1, 1],
  transforms: () => [1, 0, 0, 0, 1, 0, 0, 0],
  // Mixtures of three numbers, before the turn of the hue and after it.
  colour: (width) =>
    Array.from({ length: width }, (_, at) =>
      width % 3 === 0
        ? Number(at % 3 === 0)
        : Number((at < (width - 1) / 2 ? at : at - 1) % 3 === 0 && at !== (width - 1) / 2),
    ),
  greyscale: () => [0],
  blur: (width) => Array.from({ length: width }, (_, index) => Number(index === (width - 1) / 2)),
  erased: () => [0, 0, 0, 0],
  mix: () => [0, 0, SIZE.height, SIZE.width, 0, 0],
};

function build(plan: AugmentationPlan) {
  const graph = new Graph();
  const images = graph.placeholder('images', 'uint8', [-1, SIZE.height, SIZE.width, 3]);
  const before = graph.operations.length;
  const augmented = augmentImages(graph, 'train', images, { plan, size: SIZE, neutral: NEUTRAL });
  const ops = graph.operations.slice(before).map(({ op }) => op);
  return { graph, images, augmented, ops };
}

/** @param numbers by feed, for each image of the batch; those that change nothing where they are not given */
function augment(
  plan: AugmentationPlan,
  numbers: Readonly<Record<string, readonly (readonly number[])[]>> = {},
): { readonly pixels: number[]; readonly share: number[] } {
  const { graph, images, augmented } = build(plan);
  const { feeds, mixture } = augmented;
  const fed: Record<string, Feed> = { images: { data: pixels, shape: [BATCH, SIZE.height, SIZE.width, 3] } };
  for (const [name, width] of augmentationFeeds(plan)) {
    const usual = Array.from({ length: BATCH }, () => IDENTITY[name]?.(width) ?? []);
    fed[name] =
      name === 'partners'
        ? { data: Int32Array.of(1, 2, 0), shape: [BATCH] }
        : { data: Float32Array.from((numbers[name] ?? usual).flat()), shape: [BATCH, width] };
  }
  const outputs = { pixels: augmented.pixels, ...(mixture && { share: mixture.share }) };
  using session = loadGraph(graph, { run: { inputs: { images, ...feeds }, outputs } });
  const found = session.run('run', fed);
  return {
    pixels: [...(found['pixels']?.data ?? [])].map(Number),
    share: [...(found['share']?.data ?? [])].map(Number),
  };
}

const PLANS: readonly (readonly [string, Partial<AugmentationPlan>, readonly string[]])[] = [
  ['mirroring', { horizontalFlip: true }, ['CropAndResize']],
  ['mirroring top to bottom', { verticalFlip: true }, ['CropAndResize']],
  ['cutting', { randomResizedCrop: USUAL_CROP }, ['CropAndResize']],
  ['rotation', { rotation: 20 }, ['ImageProjectiveTransformV3']],
  ['translation', { translation: 0.1 }, ['ImageProjectiveTransformV3']],
  ['shear', { shear: 10 }, ['ImageProjectiveTransformV3']],
  ['zoom', { zoom: 0.2 }, ['ImageProjectiveTransformV3']],
  ['turning what is cut', { zoom: 0.2, randomResizedCrop: USUAL_CROP }, ['ImageProjectiveTransformV3']],
  ['brightness', { brightness: 0.4 }, ['Mul', 'Minimum', 'Maximum']],
  ['contrast', { contrast: 0.4 }, ['Mean']],
  ['saturation', { saturation: 0.4 }, ['Sum']],
  ['hue', { hue: 0.1 }, ['RGBToHSV', 'HSVToRGB']],
  ['greyscale', { greyscale: 0.5 }, ['Sum']],
  ['blur', { blur: USUAL_BLUR }, ['BatchMatMulV2']],
  ['erasing', { erasing: USUAL_ERASING }, ['GreaterEqual', 'Less']],
  ['mixup', { mixup: 0.2 }, ['GatherV2']],
  ['cutmix', { cutmix: 1 }, ['GatherV2']],
];
/** What marks an operation in the graph. */
const MARKS = ['CropAndResize', 'ImageProjectiveTransformV3', 'Mean', 'RGBToHSV', 'BatchMatMulV2', 'GreaterEqual'];

describe('augmentation in a graph', () => {
  it.each(PLANS)('keeps the very pixels where chance decides so: %s', (_, changes) => {
    expect(augment({ ...NO_AUGMENTATION, ...changes }).pixels).toEqual([...pixels]);
  });

  it('keeps the very pixels through all operations together', () => {
    const everything = { ...PRESET_VALUES.strong, translation: 0.1, shear: 3, zoom: 0.1, verticalFlip: true };
    expect(augment(everything).pixels).toEqual([...pixels]);
  });

  it.each(PLANS)('holds what it needs, and nothing of the others: %s', (_, changes, needed) => {
    const { ops } = build({ ...NO_AUGMENTATION, ...changes });
    for (const op of needed) expect(ops).toContain(op);
    const own = new Set(needed.includes('GatherV2') ? [...needed, 'GreaterEqual'] : needed);
    for (const mark of MARKS) if (!own.has(mark)) expect(ops).not.toContain(mark);
  });

  it('that changes nothing is a cast alone', () => {
    expect(build(NO_AUGMENTATION).ops).toEqual(['Cast']);
  });

  it('fills a box of some images with the neutral colour', () => {
    const plan = { ...NO_AUGMENTATION, erasing: USUAL_ERASING };
    const found = augment(plan, { erased: [[0, 0, 0, 0], [2, 3, 5, 9], [0, 0, 8, 9]] }).pixels; // prettier-ignore
    found.forEach((value, index) => {
      const [image, row] = [Math.floor(index / AREA), Math.floor((index % AREA) / (SIZE.width * 3))];
      const column = Math.floor((index % (SIZE.width * 3)) / 3);
      const isErased = image === 2 || (image === 1 && row >= 2 && row < 5 && column >= 3 && column < 9);
      expect(value).toBe(isErased ? NEUTRAL[index % 3] : pixels[index]);
    });
  });

  it('mixes images and boxes of them with their partners, and tells the share of the labels', () => {
    const plan = { ...NO_AUGMENTATION, mixup: 1, cutmix: 1 };
    const { height, width } = SIZE;
    const mix = [
      [0, 0, height, width, 0.25, 0.25],
      [1, 2, 4, 6, 1, 12 / 72],
      [0, 0, height, width, 0, 0],
    ];
    const found = augment(plan, { mix });
    found.share.forEach((share, index) => expect(share).toBeCloseTo(mix[index]?.[5] ?? NaN, 6));
    found.pixels.forEach((value, index) => {
      const image = Math.floor(index / AREA);
      const [own = NaN, other = NaN] = [pixels[index], pixels[(((image + 1) % 3) * AREA + (index % AREA)) % PIXELS]];
      const row = Math.floor((index % AREA) / (width * 3));
      const column = Math.floor((index % (width * 3)) / 3);
      const isInBox = row >= 1 && row < 4 && column >= 2 && column < 6;
      const expected = [0.75 * own + 0.25 * other, isInBox ? other : own, own][image] ?? NaN;
      expect(value).toBeCloseTo(expected, 3);
    });
  });

  it('looks outside of an image as its plan says', () => {
    const fills = {
      reflect: [1, 0, 0, 1],
      nearest: [0, 0, 0, 1],
      constant: [null, null, 0, 1],
      wrap: [7, 8, 0, 1],
    } as const;
    for (const [fill, columns] of Object.entries(fills)) {
      const plan = { ...NO_AUGMENTATION, translation: 0.3, fill: fill as AugmentationPlan['fill'] };
      const byTwo = [1, 0, -2, 0, 1, 0, 0, 0];
      const found = augment(plan, { transforms: [byTwo, byTwo, byTwo] }).pixels;
      columns.forEach((column, x) => {
        expect(found[x * 3], `${fill} at ${x}`).toBe(column === null ? 0 : pixels[column * 3]);
      });
    }
  });
});
