import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { DatasetImage } from '../dataset/dataset.ts';
import { countImages } from '../dataset/count-images.ts';
import type { Dataset } from '../dataset/open-dataset.ts';
import { closest } from '../network/closest.ts';

/** What a plan learns of a dataset. */
type Choice = Pick<TrainingPlan, 'classes' | 'trainingImagesPerClass' | 'seed'>;

/** Which images of a dataset a run takes. */
export interface ChosenImages {
  readonly dataset: Dataset;
  /** The numbers that its images have in the whole dataset. */
  readonly numbers: readonly number[];
  /** What was left out, as a sentence; null where that is nothing. */
  readonly leftOut: string | null;
}

/** @throws ThawError `dataset.classes` for a class that the dataset has not, the nearest of its classes named */
function expectClasses({ classes, root }: Dataset, wanted: readonly string[]): void {
  const known = new Set(classes);
  const unknown = wanted.find((name) => !known.has(name));
  if (unknown === undefined) return;
  const near = closest(unknown, classes);
  const all = classes.length > 12 ? `${classes.slice(0, 12).join(', ')}, ... (${classes.length})` : classes.join(', ');
  throw new ThawError(
    'dataset.classes',
    `The classes that are learnt are some of the dataset's; found no '${unknown}' in ${root}.`,
    near.length > 0 ? `Did you mean '${near.join("', '")}'? It has ${all}.` : `It has ${all}.`,
  );
}

/** A number for an image of a seed, by content, so that a draw is the same wherever an image lies and whatever joins it. */
function drawKey({ contentHash }: DatasetImage, seed: number): number {
  // FNV-1a over the seed and the hash, mixed so that neighbours lie far apart.
  let state = 0x811c9dc5 ^ seed;
  for (let index = 0; index < contentHash.length; index++) {
    state = Math.imul(state ^ contentHash.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Of each class so many training images at most. */
function drawn(images: readonly DatasetImage[], numbers: readonly number[], limit: number, seed: number): Set<number> {
  const byClass = new Map<number, { readonly number: number; readonly key: number; readonly hash: string }[]>();
  for (const number of numbers) {
    const image = images[number];
    if (image?.split !== 'train') continue;
    const own = byClass.get(image.label) ?? [];
    own.push({ number, key: drawKey(image, seed), hash: image.contentHash });
    byClass.set(image.label, own);
  }
  const taken = new Set<number>();
  for (const own of byClass.values()) {
    own.sort((a, b) => a.key - b.key || (a.hash < b.hash ? -1 : Number(a.hash > b.hash)) || a.number - b.number);
    for (const { number } of own.slice(0, limit)) taken.add(number);
  }
  return taken;
}

/**
 * Takes the classes of a dataset that a plan learns, in the dataset's order and numbered anew, and of their training images
 * as many as it says. Which images validate and test does not depend on it but for the classes.
 *
 * @throws ThawError `dataset.classes` for a class that the dataset has not
 */
export function chooseImages(dataset: Dataset, { classes, trainingImagesPerClass, seed }: Choice): ChosenImages {
  if (classes) expectClasses(dataset, classes);
  const wanted = new Set(classes ?? dataset.classes);
  const labels = new Map<number, number>();
  dataset.classes.forEach((name, label) => {
    if (wanted.has(name)) labels.set(label, labels.size);
  });
  // Of images whose classes nobody knows all are taken.
  const isUnlabelled = dataset.classes.length === 0;
  const isTaken = (number: number): boolean => isUnlabelled || labels.has(dataset.images[number]?.label ?? -1);
  let numbers = [...dataset.images.keys()].filter(isTaken);
  const others = dataset.images.length - numbers.length;
  const notWanted = dataset.classes.length - labels.size;
  if (trainingImagesPerClass !== null) {
    const taken = drawn(dataset.images, numbers, trainingImagesPerClass, seed);
    numbers = numbers.filter((number) => dataset.images[number]?.split !== 'train' || taken.has(number));
  }
  const notDrawn = dataset.images.length - others - numbers.length;
  if (others + notDrawn === 0 && notWanted === 0) return { dataset, numbers, leftOut: null };
  const images = numbers.flatMap((number) => {
    const image = dataset.images[number];
    return image ? [{ ...image, label: labels.get(image.label) ?? 0 }] : [];
  });
  const chosen = { ...dataset, classes: dataset.classes.filter((name) => wanted.has(name)), images };
  const parts = [
    notWanted > 0 ? `${others} images of ${notWanted} classes that are not learnt` : '',
    notDrawn > 0 ? `${notDrawn} training images beyond ${trainingImagesPerClass ?? 0} of each class` : '',
  ].filter((part) => part !== '');
  const { train, validation, test } = countImages(chosen);
  const leftOut = `Left out: ${parts.join(', and ')}. ${train} images train, ${validation} validate and ${test} test.`;
  return { dataset: chosen, numbers, leftOut };
}
