import { SPLITS, type DatasetImage, type Split } from '../dataset.ts';

/** Where what stays together is kept, where any of it is pinned: tests before validation, and what trains last. */
export function strongestPins<Image extends Pick<DatasetImage, 'pinned'>>(
  images: readonly Image[],
  unitOf: (image: Image, index: number) => string,
): ReadonlyMap<string, Split> {
  const pins = new Map<string, Split>();
  images.forEach((image, index) => {
    const { pinned } = image;
    if (pinned === undefined) return;
    const unit = unitOf(image, index);
    const other = pins.get(unit);
    if (other === undefined || SPLITS.indexOf(pinned) > SPLITS.indexOf(other)) pins.set(unit, pinned);
  });
  return pins;
}
