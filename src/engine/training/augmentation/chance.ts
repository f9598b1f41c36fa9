import { randomGenerator } from '../random.ts';

/** What decides about an image that is drawn for: the same numbers give the same image, wherever and whenever. */
export interface DrawnImage {
  /** Such as seed, epoch and number of the image. */
  readonly seeds: readonly number[];
  /** Width by height of the whole image. */
  readonly aspectRatio: number;
}

/** Keeps the numbers of each operation apart, and from those that shuffle an epoch: one more changes none of the others. */
const STREAMS = {
  lookup: 0x61756730,
  verticalFlip: 0x61756731,
  affine: 0x61756732,
  colour: 0x61756733,
  greyscale: 0x61756734,
  blur: 0x61756735,
  erasing: 0x61756736,
  mix: 0x61756737,
  variant: 0x61756738,
} as const;

/** Numbers in [0, 1). */
export type Chance = () => number;

export function chanceFor(seeds: readonly number[], stream: keyof typeof STREAMS): Chance {
  const [seed = 0, ...others] = seeds;
  const random = randomGenerator(seed, STREAMS[stream], ...others);
  return () => random() / 2 ** 32;
}

/** Evenly from one number to another. */
export function evenly(chance: Chance, from: number, to: number): number {
  return from + chance() * (to - from);
}

/** Evenly in the logarithm. */
export function evenlyInRatio(chance: Chance, from: number, to: number): number {
  return from * (to / from) ** chance();
}
