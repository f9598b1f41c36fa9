interface Cell {
  readonly label: number;
  readonly predicted: number;
  readonly images: number;
}

const MOST_PAIRS = 20;

/** Which classes are taken for which others most, by images, then by the share of the label's images. */
export function confusedPairs(confusion: readonly Cell[]): (Cell & { readonly shareOfLabel: number })[] {
  const support = new Map<number, number>();
  for (const { label, images } of confusion) support.set(label, (support.get(label) ?? 0) + images);
  return confusion
    .filter(({ label, predicted }) => label !== predicted)
    .map((cell) => ({ ...cell, shareOfLabel: cell.images / (support.get(cell.label) ?? cell.images) }))
    .sort((left, right) => right.images - left.images || right.shareOfLabel - left.shareOfLabel)
    .slice(0, MOST_PAIRS);
}
