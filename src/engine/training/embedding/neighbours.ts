import { randomGenerator } from '../random.ts';
import { yieldToMessages } from '../yield.ts';

/** Sizes that rows are compared in first; of shorter rows all sizes are. */
const PROJECTED = 128;
/** As many candidates are compared exactly, beside those that are asked for. */
const MORE_CANDIDATES = 64;
/** Between these, messages are let in. */
const QUERIES_AT_ONCE = 32;

/** Rows of numbers, [rows, size] in one array. */
export interface Rows {
  readonly values: Float32Array;
  readonly size: number;
}

export const rowCount = ({ values, size }: Rows): number => values.length / size;

/** For each query, rows by their numbers, the nearest first; [queries, count] each. */
export interface Neighbours {
  readonly count: number;
  readonly indices: Int32Array;
  /** Euclidean. */
  readonly distances: Float32Array;
}

export interface Watched {
  readonly signal: AbortSignal;
  /** Told of queries that were answered. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Random directions, a column each: distances between projected rows are near those between rows (Johnson and Lindenstrauss
 * 1984; Achlioptas, "Database-friendly random projections", 2003: signs will do).
 */
function directions(size: number, count: number): Float32Array {
  const random = randomGenerator(size, count);
  return Float32Array.from({ length: size * count }, () => ((random() & 1) === 0 ? 1 : -1) / Math.sqrt(count));
}

function project({ values, size }: Rows, onto: Float32Array, count: number): Float32Array {
  const rows = values.length / size;
  const projected = new Float32Array(rows * count);
  for (let row = 0; row < rows; row += 1) {
    for (let place = 0; place < size; place += 1) {
      const value = values[row * size + place] ?? 0;
      if (value === 0) continue;
      for (let column = 0; column < count; column += 1) {
        const at = row * count + column;
        projected[at] = (projected[at] ?? 0) + value * (onto[place * count + column] ?? 0);
      }
    }
  }
  return projected;
}

/** Four sums at a time: one alone would wait for itself, which takes twice as long. */
function squaredDistance(left: Float32Array, from: number, right: Float32Array, to: number, size: number): number {
  let [sum, second, third, fourth] = [0, 0, 0, 0];
  let place = 0;
  for (; place + 4 <= size; place += 4) {
    const one = (left[from + place] ?? 0) - (right[to + place] ?? 0);
    const two = (left[from + place + 1] ?? 0) - (right[to + place + 1] ?? 0);
    const three = (left[from + place + 2] ?? 0) - (right[to + place + 2] ?? 0);
    const four = (left[from + place + 3] ?? 0) - (right[to + place + 3] ?? 0);
    sum += one * one;
    second += two * two;
    third += three * three;
    fourth += four * four;
  }
  for (; place < size; place += 1) {
    const one = (left[from + place] ?? 0) - (right[to + place] ?? 0);
    sum += one * one;
  }
  return sum + second + third + fourth;
}

/** The nearest so far, by distance and then by number, so that ties are broken alike everywhere. */
class Nearest {
  readonly indices: Int32Array;
  readonly distances: Float64Array;
  #filled = 0;

  constructor(count: number) {
    this.indices = new Int32Array(count);
    this.distances = new Float64Array(count);
  }

  get filled(): number {
    return this.#filled;
  }

  clear(): void {
    this.#filled = 0;
  }

  offer(index: number, distance: number): void {
    const { indices, distances } = this;
    if (this.#filled === indices.length) {
      const last = distances[this.#filled - 1] ?? 0;
      if (distance > last || (distance === last && index > (indices[this.#filled - 1] ?? 0))) return;
    } else {
      this.#filled += 1;
    }
    let at = this.#filled - 1;
    for (; at > 0; at -= 1) {
      const before = distances[at - 1] ?? 0;
      if (before < distance || (before === distance && (indices[at - 1] ?? 0) < index)) break;
      distances[at] = before;
      indices[at] = indices[at - 1] ?? 0;
    }
    distances[at] = distance;
    indices[at] = index;
  }
}

/** Finds the nearest of some rows: candidates by a projection, the nearest of them exactly. */
export class NeighbourSearch {
  readonly #rows: Rows;
  readonly #onto: Float32Array | null;
  readonly #size: number;
  readonly #projected: Float32Array;

  constructor(rows: Rows) {
    this.#rows = rows;
    this.#onto = rows.size > PROJECTED ? directions(rows.size, PROJECTED) : null;
    this.#size = this.#onto ? PROJECTED : rows.size;
    this.#projected = this.#onto ? project(rows, this.#onto, PROJECTED) : rows.values;
  }

  /**
   * @param queries of the rows' size
   * @param count how many neighbours of each; not more than there are rows
   * @throws the signal's reason
   */
  async of(queries: Rows, count: number, { signal, onProgress }: Watched): Promise<Neighbours> {
    const { values, size } = this.#rows;
    const total = rowCount(queries);
    const rows = rowCount(this.#rows);
    const projected = this.#onto ? project(queries, this.#onto, PROJECTED) : queries.values;
    const candidates = new Nearest(Math.min(rows, this.#onto ? count + MORE_CANDIDATES : count));
    const nearest = new Nearest(count);
    const found = {
      count,
      indices: new Int32Array(total * count),
      distances: new Float32Array(total * count),
    };
    for (let query = 0; query < total; query += 1) {
      if (query % QUERIES_AT_ONCE === 0) {
        await yieldToMessages();
        signal.throwIfAborted();
        onProgress(query, total);
      }
      candidates.clear();
      nearest.clear();
      for (let row = 0; row < rows; row += 1) {
        const at = query * this.#size;
        candidates.offer(row, squaredDistance(projected, at, this.#projected, row * this.#size, this.#size));
      }
      for (let place = 0; place < candidates.filled; place += 1) {
        const row = candidates.indices[place] ?? 0;
        nearest.offer(row, squaredDistance(queries.values, query * size, values, row * size, size));
      }
      found.indices.set(nearest.indices, query * count);
      found.distances.set(
        nearest.distances.map((squared) => Math.sqrt(squared)),
        query * count,
      );
    }
    onProgress(total, total);
    return found;
  }
}
