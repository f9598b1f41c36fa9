import { UMAP } from 'umap-js';
import { randomGenerator } from '../random.ts';
import { yieldToMessages } from '../yield.ts';
import { rowCount, type NeighbourSearch, type Rows, type Watched } from './neighbours.ts';

/** What decides a layout, the rows apart: part of what a kept one is found again by. */
export const LAYOUT = { neighbours: 15, minimumDistance: 0.1, seed: 1, version: 1 } as const;

/** By so many of its neighbours an image is placed that was not laid out itself. */
const PLACED_BY = 5;
/** A distance that no two images of a photograph have: keeps the weight of an exact copy finite. */
const CLOSE = 1e-6;

/** Fewer images have no neighbourhoods to tell apart. */
export const FEWEST_LAID_OUT = 5;

/** Places of a plane, [rows, 2]. */
export type Places = Float32Array<ArrayBuffer>;

interface LayoutOptions {
  readonly signal: AbortSignal;
  readonly onNeighbours: Watched['onProgress'];
  /** Told of passes over the layout. */
  readonly onEpoch: Watched['onProgress'];
}

/**
 * Lays rows out on a plane so that neighbours stay neighbours: UMAP (McInnes, Healy and Melville, 2018). The same rows give
 * the same places, to the last bit.
 *
 * @param rows at least `FEWEST_LAID_OUT`
 * @throws the signal's reason
 */
export async function layOut(rows: Rows, search: NeighbourSearch, options: LayoutOptions): Promise<Places> {
  const { signal, onNeighbours, onEpoch } = options;
  const total = rowCount(rows);
  const count = Math.min(LAYOUT.neighbours, total - 1);
  const { indices, distances } = await search.of(rows, count, { signal, onProgress: onNeighbours });
  const random = randomGenerator(LAYOUT.seed);
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: count,
    minDist: LAYOUT.minimumDistance,
    random: () => random() / 2 ** 32,
  });
  const ofRow = (values: Int32Array | Float32Array, row: number): number[] => [
    ...values.subarray(row * count, (row + 1) * count),
  ];
  const everyRow = Array.from({ length: total }, (_, row) => row);
  umap.setPrecomputedKNN(
    everyRow.map((row) => ofRow(indices, row)),
    everyRow.map((row) => ofRow(distances, row)),
  );
  // With neighbours given, nothing but the number of rows is read.
  const epochs = umap.initializeFit(everyRow.map(() => []));
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    await yieldToMessages();
    signal.throwIfAborted();
    onEpoch(epoch, epochs);
    umap.step();
  }
  onEpoch(epochs, epochs);
  return Float32Array.from(umap.getEmbedding().flatMap(([across = 0, down = 0]) => [across, down]));
}

/**
 * Places rows among those that were laid out: each between its nearest, the nearer the closer.
 *
 * @param places of the rows that `search` looks among
 * @throws the signal's reason
 */
export async function placeAmong(
  places: Places,
  search: NeighbourSearch,
  rows: Rows,
  watched: Watched,
): Promise<Places> {
  const count = Math.min(PLACED_BY, places.length / 2);
  const { indices, distances } = await search.of(rows, count, watched);
  return Float32Array.from({ length: rowCount(rows) * 2 }, (_, at) => {
    const [row, axis] = [Math.floor(at / 2), at % 2];
    let [sum, weights] = [0, 0];
    for (let rank = row * count; rank < (row + 1) * count; rank += 1) {
      const weight = 1 / ((distances[rank] ?? 0) + CLOSE);
      sum += weight * (places[(indices[rank] ?? 0) * 2 + axis] ?? 0);
      weights += weight;
    }
    return sum / weights;
  });
}

/** Moves and scales places into the square from 0 to 1, its middle theirs; NaN stays, for what has no place. */
export function intoSquare(places: Places): Places {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < places.length; at += 2) {
    const [across, down] = [places[at] ?? NaN, places[at + 1] ?? NaN];
    if (Number.isNaN(across) || Number.isNaN(down)) continue;
    [left, right] = [Math.min(left, across), Math.max(right, across)];
    [top, bottom] = [Math.min(top, down), Math.max(bottom, down)];
  }
  const extent = Math.max(right - left, bottom - top);
  const scale = extent > 0 ? 1 / extent : 0;
  const middle = [(left + right) / 2, (top + bottom) / 2];
  return places.map((value, at) => 0.5 + (value - (middle[at % 2] ?? 0)) * scale);
}
