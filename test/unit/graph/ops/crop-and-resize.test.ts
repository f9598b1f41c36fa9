import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { cropAndResize } from '../../../../src/engine/graph/ops/crop-and-resize.ts';
import { normalisedImages, pixelsFromBytes } from '../../../../src/engine/graph/ops/images-from-bytes.ts';
import { evaluate, floats, randomValues } from '../../../support/graph-session.ts';

const BATCH = 3;
const FROM = { height: 7, width: 9 };
const CHANNELS = 3;
type Size = typeof FROM;

const pixels = Uint8Array.from(
  randomValues(BATCH * FROM.height * FROM.width * CHANNELS, 5),
  (value) => (value + 1) * 127,
);

function run(boxes: readonly number[], to: Size): ArrayLike<number> {
  const graph = new Graph();
  const images = graph.placeholder('images', 'uint8', [-1, FROM.height, FROM.width, CHANNELS]);
  const fed = graph.placeholder('boxes', 'float32', [-1, 4]);
  const { data, shape } = evaluate(graph, cropAndResize(graph, 'op', images, fed, to), {
    images: [images, { data: pixels, shape: [BATCH, FROM.height, FROM.width, CHANNELS] }],
    boxes: [fed, floats([BATCH, 4], boxes)],
  });
  expect(shape).toEqual([BATCH, to.height, to.width, CHANNELS]);
  return data;
}

function pixel(image: number, y: number, x: number, channel: number): number {
  return pixels[((image * FROM.height + y) * FROM.width + x) * CHANNELS + channel] ?? NaN;
}

/** Bilinear between the nearest four pixels, written down plainly. */
function expected(boxes: readonly number[], to: Size): number[] {
  const values: number[] = [];
  for (let image = 0; image < BATCH; image++) {
    const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = boxes.slice(image * 4);
    for (let row = 0; row < to.height; row++) {
      const y = (y1 + ((y2 - y1) * row) / (to.height - 1)) * (FROM.height - 1);
      for (let column = 0; column < to.width; column++) {
        const x = (x1 + ((x2 - x1) * column) / (to.width - 1)) * (FROM.width - 1);
        for (let channel = 0; channel < CHANNELS; channel++) {
          const [top, left] = [Math.floor(y), Math.floor(x)];
          const between = (atRow: number): number =>
            pixel(image, atRow, left, channel) * (1 - (x - left)) +
            pixel(image, atRow, Math.min(left + 1, FROM.width - 1), channel) * (x - left);
          values.push(between(top) * (1 - (y - top)) + between(Math.min(top + 1, FROM.height - 1)) * (y - top));
        }
      }
    }
  }
  return values;
}

const WHOLE = [0, 0, 1, 1];
const MIRRORED = [0, 1, 1, 0];

describe('boxes of images', () => {
  it.each([
    ['smaller', { height: 4, width: 5 }, [0.1, 0.2, 0.9, 0.7, 0.3, 0.05, 0.4, 0.95, 0, 0.5, 1, 0.9]],
    ['larger', { height: 12, width: 11 }, [0.1, 0.2, 0.9, 0.7, 0.3, 0.05, 0.4, 0.95, 0.2, 0.5, 0.6, 0.9]],
    ['mirrored', { height: 5, width: 6 }, [0.1, 0.7, 0.9, 0.2, 0.3, 0.95, 0.4, 0.05, 0.2, 0.9, 0.6, 0.5]],
  ] as const)('become a size, bilinearly: %s', (_, to, boxes) => {
    const found = run(boxes, to);
    expected(boxes, to).forEach((value, index) => expect(found[index]).toBeCloseTo(value, 2));
  });

  it('that are the whole image keep its very pixels, and mirrored ones too', () => {
    const found = Array.from(run([...WHOLE, ...MIRRORED, ...WHOLE], FROM));
    const plain = Array.from(pixels);
    const size = plain.length / BATCH;
    expect(found.slice(0, size)).toEqual(plain.slice(0, size));
    expect(found.slice(2 * size)).toEqual(plain.slice(2 * size));
    for (let row = 0; row < FROM.height; row++) {
      for (let column = 0; column < FROM.width; column++) {
        const at = size + (row * FROM.width + column) * CHANNELS;
        expect(found[at]).toBe(pixel(1, row, FROM.width - 1 - column, 0));
      }
    }
  });

  it('give the network the values that it has without them', () => {
    const options = {
      ...FROM,
      channels: CHANNELS,
      channelOrder: 'bgr' as const,
      scale: 1 / 127.5,
      offset: [-1, -0.9, -0.8],
    };
    const build = (cut: boolean): ArrayLike<number> => {
      const graph = new Graph();
      const bytes = graph.placeholder('bytes', 'string', []);
      const boxes = graph.placeholder('boxes', 'float32', [-1, 4]);
      const decoded = pixelsFromBytes(graph, 'images', bytes, options);
      const whole = cut ? cropAndResize(graph, 'cut', decoded, boxes, FROM) : decoded;
      const images = normalisedImages(graph, 'images', whole, options);
      return evaluate(graph, images, {
        bytes: [bytes, { data: [pixels], shape: [] }],
        ...(cut && { boxes: [boxes, floats([BATCH, 4], [...WHOLE, ...WHOLE, ...WHOLE])] as const }),
      }).data;
    };
    expect(build(true)).toEqual(build(false));
  });

  it.each([
    ['floating images', 'float32', [-1, 4]],
    ['boxes of another shape', 'uint8', [-1, 5]],
  ] as const)('refuse %s', (_, dtype, boxShape) => {
    const graph = new Graph();
    const images = graph.placeholder('images', dtype, [-1, 2, 2, 3]);
    const boxes = graph.placeholder('boxes', 'float32', boxShape);
    expect(() => cropAndResize(graph, 'cut', images, boxes, FROM)).toThrow(
      "'cut' needs uint8 images and float32 boxes",
    );
  });
});
