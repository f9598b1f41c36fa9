import { describe, expect, it } from 'vitest';
import { intoSquare, layOut, placeAmong } from '../../../../src/engine/training/embedding/layout.ts';
import { NeighbourSearch, type Rows } from '../../../../src/engine/training/embedding/neighbours.ts';
import { randomGenerator } from '../../../../src/engine/training/random.ts';

const { signal } = new AbortController();
const untold = { signal, onNeighbours: () => undefined, onEpoch: () => undefined };
const CLASSES = 3;

/** Rows of three classes in turn, each around a direction of its own. */
function classes(total: number, size = 32, seed = 4): Rows {
  const random = randomGenerator(seed);
  const values = Float32Array.from({ length: total * size }, (_, at) => {
    const own = (at % size) % CLASSES === Math.floor(at / size) % CLASSES;
    return (own ? 1 : 0) + 0.2 * (random() / 2 ** 32);
  });
  return { values, size };
}

/** The share of rows whose nearest other row on the plane is of their own class. */
function together(places: Float32Array): number {
  const total = places.length / 2;
  const distance = (one: number, other: number): number =>
    Math.hypot(
      (places[one * 2] ?? 0) - (places[other * 2] ?? 0),
      (places[one * 2 + 1] ?? 0) - (places[other * 2 + 1] ?? 0),
    );
  const all = Array.from({ length: total }, (_, row) => row);
  const kept = all.filter((row) => {
    const [nearest = 0] = all.filter((other) => other !== row).sort((a, b) => distance(row, a) - distance(row, b));
    return nearest % CLASSES === row % CLASSES;
  });
  return kept.length / total;
}

describe('the layout', () => {
  it('keeps neighbours together', async () => {
    const rows = classes(90);
    const places = await layOut(rows, new NeighbourSearch(rows), untold);
    expect(places).toHaveLength(180);
    expect(together(places)).toBeGreaterThan(0.95);
  });

  it('is the same for the same rows, to the last bit', async () => {
    const rows = classes(60);
    const [one, other] = [
      await layOut(rows, new NeighbourSearch(rows), untold),
      await layOut(rows, new NeighbourSearch(rows), untold),
    ];
    expect(one).toEqual(other);
  });

  it.each([5, 6, 16, 17])('is made of as few as %i rows', async (total) => {
    const rows = classes(total);
    const places = await layOut(rows, new NeighbourSearch(rows), untold);
    expect([...places].every(Number.isFinite)).toBe(true);
  });

  it('is made of rows that are all alike', async () => {
    const rows = { values: new Float32Array(40 * 8).fill(0.5), size: 8 };
    const places = intoSquare(await layOut(rows, new NeighbourSearch(rows), untold));
    expect([...places].every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it('ends when it is asked to, in the middle', async () => {
    const rows = classes(60);
    const stop = new AbortController();
    const onEpoch = (done: number): void => {
      if (done === 3) stop.abort(new Error('enough'));
    };
    const laying = layOut(rows, new NeighbourSearch(rows), { ...untold, signal: stop.signal, onEpoch });
    await expect(laying).rejects.toThrow('enough');
  });

  it('places others among those of their class, and a copy where its original is', async () => {
    const rows = classes(90);
    const search = new NeighbourSearch(rows);
    const places = await layOut(rows, search, untold);
    const others = classes(30, 32, 77);
    const among = await placeAmong(places, search, others, { signal, onProgress: () => undefined });
    const all = Float32Array.from([...places, ...among]);
    expect(together(all)).toBeGreaterThan(0.95);
    const copies = await placeAmong(places, search, rows, { signal, onProgress: () => undefined });
    const extent = Math.max(...places) - Math.min(...places);
    copies.forEach((value, at) => expect(Math.abs(value - (places[at] ?? 0))).toBeLessThan(extent / 1000));
  });
});

describe('places in a square', () => {
  it.each([
    { title: 'wide ones', places: [0, 0, 10, 5], square: [0, 0.25, 1, 0.75] },
    { title: 'tall ones', places: [-1, -4, 1, 4], square: [0.375, 0, 0.625, 1] },
    { title: 'one place', places: [3, 3, 3, 3], square: [0.5, 0.5, 0.5, 0.5] },
    { title: 'some that are missing', places: [0, 0, NaN, NaN, 2, 2], square: [0, 0, NaN, NaN, 1, 1] },
  ])('are $title, their shape kept', ({ places, square }) => {
    expect([...intoSquare(Float32Array.from(places))]).toEqual(square);
  });
});
