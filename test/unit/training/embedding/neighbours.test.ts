import { describe, expect, it } from 'vitest';
import { NeighbourSearch, type Rows } from '../../../../src/engine/training/embedding/neighbours.ts';
import { randomGenerator } from '../../../../src/engine/training/random.ts';

const watched = { signal: new AbortController().signal, onProgress: () => undefined };

/** Rows around a few centres, as the features of classes lie. */
function scattered(total: number, size: number, centres = 5, seed = 1): Rows {
  const random = randomGenerator(seed);
  const draw = (): number => random() / 2 ** 32 - 0.5;
  const middles = Array.from({ length: centres }, () => Float32Array.from({ length: size }, () => 2 * draw()));
  const values = Float32Array.from({ length: total * size }, (_, at) => {
    return (middles[Math.floor(at / size) % centres]?.[at % size] ?? 0) + draw();
  });
  return { values, size };
}

/** Rows as features are: many numbers that a few causes move together. */
function moved(total: number, size: number, causes = 24, seed = 2): Rows {
  const random = randomGenerator(seed);
  const draw = (): number => random() / 2 ** 32 - 0.5;
  const directions = Array.from({ length: causes }, () => Float32Array.from({ length: size }, draw));
  const strengths = Float32Array.from({ length: total * causes }, draw);
  const values = Float32Array.from({ length: total * size }, (_, at) => {
    const row = Math.floor(at / size);
    return directions.reduce(
      (sum, way, cause) => sum + (way[at % size] ?? 0) * (strengths[row * causes + cause] ?? 0),
      0,
    );
  });
  return { values, size };
}

/** All distances looked at, one by one. */
function exactly({ values, size }: Rows, query: number, count: number): number[] {
  const at = (row: number, place: number): number => values[row * size + place] ?? 0;
  return Array.from({ length: values.length / size }, (_, row) => {
    let sum = 0;
    for (let place = 0; place < size; place += 1) sum += (at(query, place) - at(row, place)) ** 2;
    return { row, sum };
  })
    .sort((left, right) => left.sum - right.sum || left.row - right.row)
    .slice(0, count)
    .map(({ row }) => row);
}

describe('the search for neighbours', () => {
  it('finds the nearest of short rows exactly, each first of all itself', async () => {
    const rows = scattered(60, 8);
    const { indices, distances, count } = await new NeighbourSearch(rows).of(rows, 7, watched);
    for (let query = 0; query < 60; query += 1) {
      expect([...indices.subarray(query * count, (query + 1) * count)]).toEqual(exactly(rows, query, 7));
      expect([indices[query * count], distances[query * count]]).toEqual([query, 0]);
    }
  });

  it('finds at least 9 of 10 of the nearest of long rows, in the order of their distances', async () => {
    const rows = moved(600, 512);
    const asked = 40;
    const queries = { values: rows.values.subarray(0, asked * 512), size: 512 };
    const { indices, distances } = await new NeighbourSearch(rows).of(queries, 15, watched);
    let found = 0;
    for (let query = 0; query < asked; query += 1) {
      const told = [...indices.subarray(query * 15, query * 15 + 15)];
      found += exactly(rows, query, 15).filter((row) => told.includes(row)).length;
      const far = [...distances.subarray(query * 15, query * 15 + 15)];
      expect(far).toEqual(far.toSorted((left, right) => left - right));
    }
    expect(found / (asked * 15)).toBeGreaterThan(0.9);
  });

  it('gives the same, whatever it was asked before', async () => {
    const rows = scattered(100, 128);
    const search = new NeighbourSearch(rows);
    const first = await search.of(rows, 5, watched);
    await search.of(scattered(10, 128, 5, 9), 3, watched);
    expect(await search.of(rows, 5, watched)).toEqual(first);
    expect(await new NeighbourSearch(rows).of(rows, 5, watched)).toEqual(first);
  });

  it('breaks ties by number', async () => {
    const rows = { values: new Float32Array(6 * 3), size: 3 };
    const { indices } = await new NeighbourSearch(rows).of(rows, 3, watched);
    expect([...indices.subarray(9, 12)]).toEqual([0, 1, 2]);
  });

  it('ends with the reason of its signal', async () => {
    const stopped = AbortSignal.abort(new Error('enough'));
    const rows = scattered(40, 4);
    await expect(new NeighbourSearch(rows).of(rows, 2, { ...watched, signal: stopped })).rejects.toThrow('enough');
  });
});
