import type { RunEventBody } from '../../shared/contract/event.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Dataset } from '../dataset/open-dataset.ts';
import { ImageLoader } from '../image/image-loader.ts';
import { loadImages } from '../image/load-images.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import type { Clock } from './clock.ts';
import { ProgressReporter } from './progress.ts';

/** Of the memory that is free, what decoded images may take; TensorFlow needs the rest. */
const MEMORY_SHARE = 0.25;

interface DecodedImage {
  /** [height, width, 3] uint8, not to be changed */
  readonly pixels: Uint8Array;
  /** Width by height of the whole image. */
  readonly aspectRatio: number;
}

/** Decoded images, by their number in the dataset; where they lie is not their user's matter. */
export interface DecodedImages {
  /** @throws ThawError `dataset.images` where an image that could be read no longer can */
  read(image: number): Promise<DecodedImage>;
  close(): Promise<void>;
}

interface DecodeOptions {
  readonly dataset: Dataset;
  readonly cacheDirectory: string;
  readonly cacheLimitBytes?: number | undefined;
  /** How many images are decoded at a time. */
  readonly workers?: number | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly beforeImage: () => Promise<void>;
  readonly emit: (body: RunEventBody) => void;
  readonly signal: AbortSignal;
}

/** What images are brought to, and which: numbers in the dataset. */
interface Group {
  readonly preprocessing: Preprocessing;
  readonly images: readonly number[];
}

function groupBytes({ preprocessing, images }: Group): number {
  return images.length * preprocessing.height * preprocessing.width * 3;
}

/** Decodes what is not in the cache of decoded images, or all of it where `take` wants to have it. */
async function decode(
  { preprocessing, images }: Group,
  options: DecodeOptions,
  unreadable: Map<number, string>,
  onImage: () => void,
  take?: (image: number, decoded: DecodedImage) => void,
): Promise<void> {
  const { dataset, cacheDirectory, emit, signal } = options;
  const loading = {
    cacheDirectory,
    limitBytes: options.cacheLimitBytes,
    concurrency: options.workers,
    signal,
    onWarning: (message: string) => emit({ kind: 'warning', message }),
  };
  const files = images.flatMap((number) => dataset.images[number] ?? []);
  for await (const image of loadImages(dataset.root, files, preprocessing, loading)) {
    await options.beforeImage();
    const number = images[image.index] ?? -1;
    if (image.kind === 'problem') unreadable.set(number, image.problem);
    else take?.(number, { pixels: image.pixels, aspectRatio: image.aspectRatio });
    onImage();
  }
}

async function holdImages(
  group: Group,
  options: DecodeOptions,
  unreadable: Map<number, string>,
  onImage: () => void,
): Promise<DecodedImages> {
  const held = new Map<number, DecodedImage>();
  await decode(group, options, unreadable, onImage, (number, decoded) => held.set(number, decoded));
  return {
    read: (number) => {
      const image = held.get(number);
      return image ? Promise.resolve(image) : Promise.reject(new TypeError(`Image ${number} was not decoded.`));
    },
    close: () => Promise.resolve(),
  };
}

/** Leaves the images in the cache on disk, from which each is read, or where it is gone decoded, when it is asked for. */
async function storeImages(
  group: Group,
  options: DecodeOptions,
  unreadable: Map<number, string>,
  onImage: () => void,
): Promise<DecodedImages> {
  const { dataset, cacheDirectory, cacheLimitBytes: limitBytes } = options;
  const open = (): Promise<ImageLoader> =>
    ImageLoader.open(dataset.root, group.preprocessing, { cacheDirectory, limitBytes });
  const before = await open();
  const missing = group.images.filter((number) => {
    const image = dataset.images[number];
    const there = image !== undefined && before.has(image);
    if (there) onImage();
    return !there;
  });
  await before.close();
  await decode({ ...group, images: missing }, options, unreadable, onImage);
  const loader = await open();
  return {
    read: async (number) => {
      const image = dataset.images[number];
      if (!image) throw new TypeError(`The dataset has no image ${number}.`);
      const decoded = await loader.load(image);
      if (decoded.kind === 'pixels') return decoded;
      throw new ThawError(
        'dataset.images',
        `Images must stay readable while a run trains on them; of ${image.path}: ${decoded.reason}.`,
        'Put it back and resume the run.',
      );
    },
    close: () => loader.close(),
  };
}

export interface DecodedDataset {
  /** Numbers of the images that could be read, in order. */
  readonly usable: readonly number[];
  /** What is wrong with the others. */
  readonly unreadable: ReadonlyMap<number, string>;
  readonly training: DecodedImages;
  readonly evaluation: DecodedImages;
}

/**
 * Decodes every image of a dataset, from the cache of decoded images where it is there, and holds them in memory; where they
 * would take more than a quarter of what is free, they are read batch by batch.
 *
 * @param options.canvas what images of the training split are brought to
 * @param options.freeBytes the memory that is free
 */
export async function decodeDataset(
  options: DecodeOptions & {
    readonly preprocessing: Preprocessing;
    readonly canvas: Preprocessing;
    readonly freeBytes?: number | undefined;
  },
): Promise<DecodedDataset> {
  const { dataset, preprocessing, canvas } = options;
  const numbers = [...dataset.images.keys()];
  const isTraining = (number: number): boolean => dataset.images[number]?.split === 'train';
  const groups: Group[] =
    canvas === preprocessing
      ? [{ preprocessing, images: numbers }]
      : [
          { preprocessing: canvas, images: numbers.filter(isTraining) },
          { preprocessing, images: numbers.filter((number) => !isTraining(number)) },
        ];
  const bytes = groups.reduce((sum, group) => sum + groupBytes(group), 0);
  const place = bytes > MEMORY_SHARE * (options.freeBytes ?? process.availableMemory()) ? storeImages : holdImages;

  const progress = new ProgressReporter(options.emit, 'decode', 'image', { clock: options.clock });
  let done = 0;
  const onImage = (): void => progress.report(++done, numbers.length);
  const unreadable = new Map<number, string>();
  const placed: DecodedImages[] = [];
  for (const group of groups) placed.push(await place(group, options, unreadable, onImage));
  const [training, evaluation = training] = placed;
  if (!training || !evaluation) throw new TypeError('No images were decoded.');
  return { usable: numbers.filter((number) => !unreadable.has(number)), unreadable, training, evaluation };
}
