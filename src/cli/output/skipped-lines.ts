import type { SkippedImage } from '../../shared/contract/run.ts';
import { printable } from './format.ts';

/** More skipped images than this are counted, not listed. */
const SHOWN = 10;

/** @param all where all of them are to be found, in words */
export function skippedLines(skipped: readonly SkippedImage[], all: string): string[] {
  const more = skipped.length - SHOWN;
  return [
    ...skipped.slice(0, SHOWN).map(({ path, reason }) => `skipped ${printable(path)}: ${printable(reason)}`),
    ...(more > 0 ? [`skipped ${more} more images; ${all}`] : []),
  ];
}
