/** How many images all splits hold together. */
export function imagesOf(counts: Readonly<Record<'train' | 'validation' | 'test', number>>): number {
  return counts.train + counts.validation + counts.test;
}
