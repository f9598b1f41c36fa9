import type { AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import { evenly, evenlyInRatio, type Chance } from './chance.ts';

const ATTEMPTS = 10;

/** A part of an image: where it begins and how large it is, each from 0 to 1 of the image's width or height. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const WHOLE: Part = { left: 0, top: 0, width: 1, height: 1 };

/**
 * A part of chance area and shape, as torchvision's `RandomResizedCrop` draws it; where ten draws do not fit into the image,
 * its largest centred part of an allowed shape.
 *
 * @param aspectRatio width by height of the image
 * @param wanted width by height of what the part becomes: a part of its shape is not distorted
 */
export function randomPart(
  chance: Chance,
  crop: NonNullable<AugmentationPlan['randomResizedCrop']>,
  aspectRatio: number,
  wanted: number,
): Part {
  const [narrowest, widest] = [crop.smallestRatio * wanted, crop.largestRatio * wanted];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = evenly(chance, crop.smallestArea, crop.largestArea);
    const ratio = evenlyInRatio(chance, narrowest, widest);
    const width = Math.sqrt((area * ratio) / aspectRatio);
    const height = Math.sqrt((area * aspectRatio) / ratio);
    if (width <= 1 && height <= 1) {
      return { left: chance() * (1 - width), top: chance() * (1 - height), width, height };
    }
  }
  const ratio = Math.min(widest, Math.max(narrowest, aspectRatio));
  const width = Math.min(1, ratio / aspectRatio);
  const height = Math.min(1, aspectRatio / ratio);
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

/**
 * A box to erase, as torchvision's `RandomErasing` draws it: top, left, bottom, right in pixels, empty where ten draws do not
 * fit into the image.
 */
export function randomBox(
  chance: Chance,
  erasing: NonNullable<AugmentationPlan['erasing']>,
  { height, width }: { readonly height: number; readonly width: number },
): readonly number[] {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = height * width * evenly(chance, erasing.smallestArea, erasing.largestArea);
    // torchvision's ratio is that of height by width here.
    const ratio = evenlyInRatio(chance, erasing.smallestRatio, erasing.largestRatio);
    const [high, wide] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))];
    if (high >= height || wide >= width) continue;
    const top = Math.floor(chance() * (height - high + 1));
    const left = Math.floor(chance() * (width - wide + 1));
    return [top, left, top + high, left + wide];
  }
  return [0, 0, 0, 0];
}
