import type { Random } from './random.ts';

/** A smooth random field over the plane, about one bump a unit, values in about [-1, 1]. */
export type Noise = (x: number, y: number) => number;

const LATTICE = 256;

/** Gradient noise after Perlin, "Improving noise" (SIGGRAPH 2002), with random unit gradients. */
export function gradientNoise(random: Random): Noise {
  const permutation = Array.from({ length: LATTICE }, (_, index) => index);
  for (let index = LATTICE - 1; index > 0; index--) {
    const other = random.integer(0, index);
    [permutation[index], permutation[other]] = [permutation[other] ?? 0, permutation[index] ?? 0];
  }
  const table = Uint8Array.from([...permutation, ...permutation]);
  const gradientX = new Float32Array(LATTICE);
  const gradientY = new Float32Array(LATTICE);
  for (let index = 0; index < LATTICE; index++) {
    const angle = random.between(0, 2 * Math.PI);
    gradientX[index] = Math.cos(angle);
    gradientY[index] = Math.sin(angle);
  }
  const corner = (column: number, row: number, dx: number, dy: number): number => {
    const index = table[(table[column & 255] ?? 0) + (row & 255)] ?? 0;
    return (gradientX[index] ?? 0) * dx + (gradientY[index] ?? 0) * dy;
  };
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const dx = x - column;
    const dy = y - row;
    const easeX = dx * dx * dx * (dx * (dx * 6 - 15) + 10);
    const easeY = dy * dy * dy * (dy * (dy * 6 - 15) + 10);
    const top = corner(column, row, dx, dy) * (1 - easeX) + corner(column + 1, row, dx - 1, dy) * easeX;
    const bottom =
      corner(column, row + 1, dx, dy - 1) * (1 - easeX) + corner(column + 1, row + 1, dx - 1, dy - 1) * easeX;
    return (top * (1 - easeY) + bottom * easeY) * 1.5;
  };
}

/** Octaves of `noise`, each twice as fine and half as strong; values in about [-1, 1]. */
export function fractal(noise: Noise, octaves: number): Noise {
  return (x, y) => {
    let sum = 0;
    let weight = 0.5;
    let frequency = 1;
    for (let octave = 0; octave < octaves; octave++) {
      // The offset keeps the lattice points of the octaves apart, where gradient noise is always zero.
      sum += weight * noise(x * frequency + octave * 17.3, y * frequency - octave * 9.7);
      weight /= 2;
      frequency *= 2;
    }
    return sum;
  };
}

/** One point a cell of a jittered square grid, for stones and spots. */
export interface Cell {
  /** Distance to the nearest point, and to the second nearest. */
  readonly nearest: number;
  readonly second: number;
  /** A number in [0, 1) that belongs to the nearest point. */
  readonly identity: number;
}

/** Cellular noise after Worley, "A cellular texture basis function" (SIGGRAPH 1996). */
export function cellularNoise(random: Random): (x: number, y: number) => Cell {
  const values = Float32Array.from({ length: LATTICE * 3 }, () => random.next());
  const cellOf = (column: number, row: number): number => (Math.imul(column, 73) ^ Math.imul(row, 151)) & 255;
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    let nearest = Infinity;
    let second = Infinity;
    let identity = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const cell = cellOf(column + dx, row + dy);
        const offsetX = column + dx + (values[cell] ?? 0) - x;
        const offsetY = row + dy + (values[cell + LATTICE] ?? 0) - y;
        const distance = Math.sqrt(offsetX * offsetX + offsetY * offsetY);
        if (distance < nearest) {
          second = nearest;
          nearest = distance;
          identity = values[cell + 2 * LATTICE] ?? 0;
        } else if (distance < second) {
          second = distance;
        }
      }
    }
    return { nearest, second, identity };
  };
}
