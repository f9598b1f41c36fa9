import type { SeenRegion } from '../../../shared/contract/explain.ts';
import { MOST_OCCLUSIONS } from '../../../shared/contract/explain.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { decodeImage } from '../../image/decode-image.ts';
import { seenRegion, uprightSize } from '../../image/seen-region.ts';
import { neutralPixel, type Preprocessing } from '../../network/preprocessing.ts';
import { probabilitiesOf } from '../prediction-model.ts';
import type { ExplainedCheckpoint, ExplainedModel } from './explained-model.ts';

/** A part of the pixels that a network is given. */
export interface Square {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Cells of a map over the pixels of a network's input, and the squares of several cells that are greyed one by one. */
export interface OcclusionGrid {
  readonly rows: number;
  readonly columns: number;
  readonly squares: readonly Square[];
  /** Rows and columns of cells that a square covers, [first, one beyond the last] each, in the order of `squares`. */
  readonly covered: readonly {
    readonly rows: readonly [number, number];
    readonly columns: readonly [number, number];
  }[];
}

/** The squares' cells along a side. */
function cellsAlong(side: number, patch: number, stride: number): { readonly cells: number; readonly span: number } {
  const cells = Math.max(1, Math.round(side / stride));
  const span = Math.min(cells, Math.max(1, Math.round((patch * cells) / side)));
  if (cells - span + 1 <= MOST_OCCLUSIONS) return { cells, span };
  throw new ThawError(
    'usage.invalid',
    `A square takes at most ${MOST_OCCLUSIONS} positions along a side; of this patch and stride it would take ${cells - span + 1}.`,
    'Choose a larger patch, or a longer stride.',
  );
}

/**
 * @param patch side of a square, as a share of the input's shorter side
 * @param stride from one position to the next, as a share of the patch
 * @throws ThawError `usage.invalid` for more than `MOST_OCCLUSIONS` positions along a side
 */
export function occlusionGrid(
  { height, width }: Pick<Preprocessing, 'height' | 'width'>,
  patch: number,
  stride: number,
): OcclusionGrid {
  const side = Math.max(1, Math.min(height, width) * patch);
  const step = Math.max(1, side * stride);
  const down = cellsAlong(height, side, step);
  const across = cellsAlong(width, side, step);
  const edge = (length: number, cells: number, cell: number): number => Math.round((cell * length) / cells);
  const covered = [];
  const squares = [];
  for (let row = 0; row + down.span <= down.cells; row += 1) {
    for (let column = 0; column + across.span <= across.cells; column += 1) {
      const [top, bottom] = [row, row + down.span].map((cell) => edge(height, down.cells, cell));
      const [left, right] = [column, column + across.span].map((cell) => edge(width, across.cells, cell));
      if (top === undefined || bottom === undefined || left === undefined || right === undefined) continue;
      squares.push({ top, left, height: bottom - top, width: right - left });
      covered.push({
        rows: [row, row + down.span] as const,
        columns: [column, column + across.span] as const,
      });
    }
  }
  return { rows: down.cells, columns: across.cells, squares, covered };
}

/**
 * How far a probability falls, place by place: the mean of the squares that cover a cell, of each its fall, a rise being none.
 *
 * @param whole the probability without a square
 * @param probabilities with each of the grid's squares
 * @returns [rows, columns]
 */
export function fallsOf(
  { rows, columns, covered }: OcclusionGrid,
  whole: number,
  probabilities: readonly number[],
): Float32Array {
  const sums = new Float64Array(rows * columns);
  const counts = new Int32Array(rows * columns);
  covered.forEach((square, index) => {
    const fall = Math.max(0, whole - (probabilities[index] ?? whole));
    for (let row = square.rows[0]; row < square.rows[1]; row += 1) {
      for (let cell = row * columns + square.columns[0]; cell < row * columns + square.columns[1]; cell += 1) {
        sums[cell] = (sums[cell] ?? 0) + fall;
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
    }
  });
  return Float32Array.from(sums, (sum, cell) => sum / Math.max(1, counts[cell] ?? 0));
}

/** Of a network that takes pixels as they are no mean is known: the middle of what a pixel may be. */
const MIDDLE = 128;

/** The colour that says least to a network: the mean of what it was trained on, as its preprocessing knows it. */
function grey(preprocessing: Preprocessing): readonly number[] {
  const neutral = neutralPixel(preprocessing);
  return neutral.every((channel) => channel > 0 && channel < 255) ? neutral.map(Math.round) : neutral.map(() => MIDDLE);
}

/** Pixels with a square greyed. */
export function occluded(pixels: Uint8Array, square: Square, preprocessing: Preprocessing): Uint8Array {
  const copy = Uint8Array.from(pixels);
  const colour = grey(preprocessing);
  for (let row = square.top; row < square.top + square.height; row += 1) {
    for (let column = square.left; column < square.left + square.width; column += 1) {
      copy.set(colour, (row * preprocessing.width + column) * 3);
    }
  }
  return copy;
}

/** What a process is asked of an image with squares greyed, one after the other. */
export interface OccludeJob extends ExplainedCheckpoint {
  readonly kind: 'occlude';
  /** A file. */
  readonly image: string;
  /** null leaves the image as it is. */
  readonly squares: readonly (Square | null)[];
}

export interface OccludedProbabilities {
  /** For each square, of all classes. */
  readonly probabilities: readonly Float32Array[];
  readonly region: SeenRegion;
}

/** @throws ThawError `image.unreadable`, or what is wrong with the checkpoint */
export async function computeOccluded(
  model: ExplainedModel,
  { image, squares }: OccludeJob,
): Promise<OccludedProbabilities> {
  const prediction = await model.prediction();
  const { preprocessing, classes } = prediction;
  const [pixels, upright] = await Promise.all([decodeImage(image, preprocessing), uprightSize(image)]);
  const images = squares.map((square) => (square === null ? pixels : occluded(pixels, square, preprocessing)));
  const all = probabilitiesOf(prediction, images);
  return {
    probabilities: squares.map((_, row) => all.slice(row * classes.length, (row + 1) * classes.length)),
    region: seenRegion(upright, preprocessing),
  };
}
