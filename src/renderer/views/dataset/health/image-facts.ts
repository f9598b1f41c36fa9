import type { FoundProblem } from '../../../../shared/contract/dataset-health.ts';
import { strings } from '../../../strings/index.ts';

/** The size in pixels, and what was found of the image, where there is more to say than that. */
export function aboutImage({ size, detail }: Pick<FoundProblem, 'size' | 'detail'>): string {
  const words = strings.health;
  if (size === null) return detail ?? words.undecoded;
  const pixels = words.pixels(size.width, size.height);
  // Of an image that is found for its size, that is the detail.
  return detail === null || detail === `${size.width} x ${size.height}` ? pixels : `${pixels} · ${detail}`;
}

/** What a screen reader is told of an image. */
export function describeImage(image: FoundProblem): string {
  const words = strings.health;
  const split = image.split === null ? [] : [strings.dataset.splits[image.split]];
  return words.image(image.path, [image.className ?? words.noClass, ...split, aboutImage(image)].join(', '));
}
