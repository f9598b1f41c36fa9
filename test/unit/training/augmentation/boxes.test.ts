import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { NO_AUGMENTATION, USUAL_CROP, type AugmentationPlan } from '../../../../src/shared/contract/augmentation.ts';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { cropAndResize } from '../../../../src/engine/graph/ops/crop-and-resize.ts';
import { tryDecodeImage } from '../../../../src/engine/image/decode-image.ts';
import { scaleToUnitRange } from '../../../../src/engine/network/preprocessing.ts';
import { cachingForbiddenBy, canvasPreprocessing } from '../../../../src/engine/training/augmentation/canvas.ts';
import { drawAugmentation } from '../../../../src/engine/training/augmentation/draw.ts';
import { evaluate, floats } from '../../../support/graph-session.ts';

const preprocessing = scaleToUnitRange(64, 64);
const FLIP: AugmentationPlan = { ...NO_AUGMENTATION, horizontalFlip: true };
const CROP: AugmentationPlan = {
  ...NO_AUGMENTATION,
  randomResizedCrop: { ...USUAL_CROP, smallestArea: 0.2 },
};
const BOTH: AugmentationPlan = { ...CROP, horizontalFlip: true };
const COUNT = 2000;
const rows = Int32Array.from({ length: COUNT }, (_, row) => row);

function draw(
  augmentation: AugmentationPlan,
  changes: {
    readonly seed?: number;
    readonly epoch?: number;
    readonly rows?: Int32Array;
    readonly ratio?: number;
  } = {},
): number[][] {
  const { ratio = 1, seed = 3, epoch = 1 } = changes;
  const drawn = changes.rows ?? rows;
  const images = Array.from(drawn, (row) => ({ seeds: [seed, epoch, row], aspectRatio: ratio }));
  const { boxes } = drawAugmentation(augmentation, images, {
    canvas: canvasPreprocessing(augmentation, preprocessing),
    input: preprocessing,
  });
  const numbers = [...(boxes?.data ?? [])].map(Number);
  return images.map((_, index) => numbers.slice(index * 4, index * 4 + 4));
}

/** The part of the image that a box stands for: its area, its shape in the image's own pixels, and its place. */
function part([y1 = 0, x1 = 0, y2 = 0, x2 = 0]: readonly number[], ratio: number) {
  const { height, width } = canvasPreprocessing(CROP, preprocessing);
  // From the centres of the outermost pixels to the edges of what they cover.
  const length = (from: number, to: number, size: number): number => (((to - from) * (size - 1)) / size) * (64 / 63);
  const [wide, high] = [length(Math.min(x1, x2), Math.max(x1, x2), width), length(y1, y2, height)];
  return { area: wide * high, shape: (wide * ratio) / high };
}

describe('boxes drawn for augmentation', () => {
  it('are the same again for a seed, an epoch and an image, whatever else is in the batch', () => {
    const whole = draw(BOTH);
    expect(draw(BOTH)).toEqual(whole);
    const some = Int32Array.of(77, 3, 1999);
    expect(draw(BOTH, { rows: some })).toEqual(Array.from(some, (row) => whole[row]));
    for (const changes of [{ seed: 4 }, { epoch: 2 }]) {
      const other = draw(BOTH, changes);
      expect(other.filter((box, row) => box.join() === whole[row]?.join())).toEqual([]);
    }
  });

  it('mirror about every other image and change nothing else of it', () => {
    const boxes = draw(FLIP).map((box) => box.join());
    expect(new Set(boxes)).toEqual(new Set(['0,0,1,1', '0,1,1,0']));
    const share = boxes.filter((box) => box === '0,1,1,0').length / COUNT;
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
  });

  it.each([1, 1.5, 0.6])('are parts of an allowed area and shape, inside of an image of aspect ratio %f', (ratio) => {
    const parts = draw(CROP, { ratio }).map((box) => {
      for (const edge of box) expect(edge > 0 && edge < 1).toBe(true);
      return part(box, ratio);
    });
    // A box at the rim is moved inside by up to half a pixel.
    const slack = 1.06;
    for (const { area, shape } of parts) {
      expect(area).toBeGreaterThan(0.2 / slack);
      expect(area).toBeLessThan(slack);
      expect(shape).toBeGreaterThan(0.75 / slack);
      expect(shape).toBeLessThan((4 / 3) * slack);
    }
    const areas = parts.map(({ area }) => area).sort((a, b) => a - b);
    expect(areas[0]).toBeLessThan(0.25);
    expect(areas.at(-1)).toBeGreaterThan(0.7);
    expect(areas[COUNT / 2]).toBeGreaterThan(0.4);
  });

  it('show what lies there in the file, undistorted: a gradient goes on where the part begins', async () => {
    const [width, height] = [300, 200];
    const raw = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        raw.set([(255 * (x + 0.5)) / width, (255 * (y + 0.5)) / height, 0], (y * width + x) * 3);
    }
    const file = await sharp(raw, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const canvas = canvasPreprocessing(CROP, preprocessing);
    const decoded = await tryDecodeImage(file, canvas);
    if (decoded.kind === 'problem') throw new Error(decoded.reason);
    expect(decoded.aspectRatio).toBe(1.5);
    const some = Int32Array.from({ length: 6 }, (_, row) => row);
    const boxes = draw(CROP, { ratio: decoded.aspectRatio, rows: some });

    const graph = new Graph();
    const images = graph.placeholder('images', 'uint8', [-1, canvas.height, canvas.width, 3]);
    const fed = graph.placeholder('boxes', 'float32', [-1, 4]);
    const { data } = evaluate(graph, cropAndResize(graph, 'op', images, fed, preprocessing), {
      images: [
        images,
        {
          data: Uint8Array.from([...some].flatMap(() => [...decoded.pixels])),
          shape: [some.length, canvas.height, canvas.width, 3],
        },
      ],
      boxes: [fed, floats([some.length, 4], boxes.flat())],
    });
    boxes.forEach((box, index) => {
      const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = box;
      // Pixel centres of the canvas, as shares of the image.
      const share = (position: number, size: number): number => (position * (size - 1) + 0.5) / size;
      for (const [row, column] of [
        [0, 0],
        [63, 63],
        [20, 41],
      ] as const) {
        const at = ((index * 64 + row) * 64 + column) * 3;
        const x = share(x1 + ((x2 - x1) * column) / 63, canvas.width);
        const y = share(y1 + ((y2 - y1) * row) / 63, canvas.height);
        expect(Math.abs((data[at] ?? NaN) - 255 * x)).toBeLessThan(1.6);
        expect(Math.abs((data[at + 1] ?? NaN) - 255 * y)).toBeLessThan(1.6);
      }
    });
  });

  it('of an image that no part fits into are its middle', () => {
    const [box = []] = draw(
      { ...CROP, randomResizedCrop: { ...USUAL_CROP, smallestArea: 1 } },
      { ratio: 4, rows: Int32Array.of(0) },
    );
    const [top = 0, left = 0, bottom = 0, right = 0] = box;
    expect([top, bottom].map((edge) => edge.toFixed(2))).toEqual(['0.00', '1.00']);
    expect(left + right).toBeCloseTo(1, 5);
    expect(part(box, 4).shape).toBeCloseTo(4 / 3, 1);
  });

  it('are cut from the whole image, stretched and larger, but mirrored from the usual crop', () => {
    expect(canvasPreprocessing(FLIP, preprocessing)).toBe(preprocessing);
    expect(canvasPreprocessing(BOTH, preprocessing)).toMatchObject({ resize: 'stretch', height: 96, width: 96 });
  });

  it('are why nothing is computed once, but for variants', () => {
    expect(cachingForbiddenBy(FLIP)).toContain('augmentation');
    expect(cachingForbiddenBy(null)).toBeNull();
    expect(cachingForbiddenBy({ ...FLIP, variants: 4 })).toBeNull();
  });
});
