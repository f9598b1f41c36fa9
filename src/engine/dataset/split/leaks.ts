import type { Dataset, DatasetImage } from '../dataset.ts';

type SplitImage = Pick<DatasetImage, 'path' | 'split' | 'contentHash'>;

const are = (count: number, one: string, many: string): string =>
  count === 1 ? `1 training image ${one}` : `${count.toLocaleString('en')} training images ${many}`;

/** How many training images are copies, byte for byte, of images that validate or test. */
export function countLeaks(images: readonly Omit<SplitImage, 'path'>[]): number {
  const held = new Set<string>();
  for (const { split, contentHash } of images) if (split !== 'train') held.add(contentHash);
  let count = 0;
  for (const { split, contentHash } of images) if (split === 'train' && held.has(contentHash)) count += 1;
  return count;
}

/** Of copies that are trained on though they validate or test, and how they are left out; null where there are none. */
export function leakWarning({ images }: Pick<Dataset, 'images'>): string | null {
  const count = countLeaks(images);
  if (count === 0) return null;
  return `${are(count, 'is a copy', 'are copies')} of images that validate or test, by which accuracy looks better than it is: leave such copies out under the dataset's health, or by \`thaw dataset mend FOLDER leaks\`.`;
}

/** Two images that show the same, with the SHA-256 of what was looked at: another picture may lie there since. */
interface AlikeImages {
  readonly paths: readonly [string, string];
  readonly contents: readonly [string, string];
}

/** The same of images that show what others do, not byte for byte. */
export function nearLeakWarning({ images }: Pick<Dataset, 'images'>, pairs: readonly AlikeImages[]): string | null {
  if (pairs.length === 0) return null;
  const byPath = new Map(images.map((image): [string, SplitImage] => [image.path, image]));
  const leaking = new Set<string>();
  for (const { paths, contents } of pairs) {
    const [left, right] = [byPath.get(paths[0]), byPath.get(paths[1])];
    if (left?.contentHash !== contents[0] || right?.contentHash !== contents[1]) continue;
    if (contents[0] === contents[1]) continue;
    if ((left.split === 'train') === (right.split === 'train')) continue;
    leaking.add(left.split === 'train' ? left.path : right.path);
  }
  if (leaking.size === 0) return null;
  return `${are(leaking.size, 'shows', 'show')} the same as images that validate or test: mend near leaks and near duplicates under the dataset's health, and one of each is left, however images are divided.`;
}
