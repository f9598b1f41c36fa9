import type { SkippedImage } from '../../../shared/contract/run.ts';
import type { ImageFile } from '../../image/image-loader.ts';
import { elementCount } from '../../network/shape.ts';
import type { EmbeddingJob } from '../extractor-protocol.ts';
import { datasetFeatures } from '../features.ts';
import type { Extractor } from '../features-file/load-extractor.ts';
import type { Rows } from './neighbours.ts';

/** Features of so many bytes are held at a time beside those of the images that are laid out. */
const BLOCK_BYTES = 128 * 2 ** 20;
const FLOAT_BYTES = 4;

/** Where features are read, and who is told of it. */
export interface Reading {
  readonly job: Pick<EmbeddingJob, 'plan' | 'root' | 'cacheDirectory' | 'cacheLimitBytes'>;
  readonly extractor: Extractor;
  readonly signal: AbortSignal;
  readonly onWarning: (message: string) => void;
  /** @param done images of the list */
  readonly onRead: (done: number) => void;
}

/** How many numbers one image has: the last size of each tensor at the cut, whose places are averaged. */
function sizesOf({
  program,
}: Extractor): readonly { readonly name: string; readonly places: number; readonly channels: number }[] {
  return program.cut.map(({ name, shape }) => {
    const channels = shape.at(-1) ?? 1;
    return { name, places: elementCount(shape) / channels, channels };
  });
}

export interface ReadRows {
  readonly rows: Rows;
  /** Places in the list of images of those that could be read, one for each row. */
  readonly usable: readonly number[];
  readonly skipped: readonly SkippedImage[];
}

/**
 * What a network makes of images, one row of numbers each: the global average of each channel at the cut, as of a network that
 * ends with one. Features come from their cache where they were computed before.
 *
 * @returns rows of the images that could be read, in the order of `usable`
 * @throws ThawError what is wrong with the images; the signal's reason
 */
export async function readRows(
  images: readonly ImageFile[],
  { job, extractor, signal, onWarning, onRead }: Reading,
): Promise<ReadRows> {
  const tensors = sizesOf(extractor);
  const size = tensors.reduce((sum, { channels }) => sum + channels, 0);
  const imageBytes = FLOAT_BYTES * tensors.reduce((sum, { places, channels }) => sum + places * channels, 0);
  const batchSize = job.plan.evaluationBatchSize;
  const perBlock = Math.max(batchSize, Math.floor(BLOCK_BYTES / imageBytes));
  const values = new Float32Array(images.length * size);
  const usable: number[] = [];
  const skipped: SkippedImage[] = [];
  for (let start = 0; start < images.length; start += perBlock) {
    const block = images.slice(start, start + perBlock);
    const found = await datasetFeatures({
      ...extractor,
      dataset: { root: job.root, images: block },
      cacheDirectory: job.cacheDirectory,
      cacheLimitBytes: job.cacheLimitBytes,
      batchSize,
      beforeImage: () => Promise.resolve(),
      onProgress: (done, missing) => onRead(start + block.length - missing + done),
      onWarning,
      signal,
    });
    for (const index of found.usable) {
      const row = values.subarray(usable.length * size, (usable.length + 1) * size);
      let offset = 0;
      for (const { name, places, channels } of tensors) {
        const features = found.features.get(name) ?? new Float32Array();
        for (let at = 0; at < places * channels; at += 1) {
          const column = offset + (at % channels);
          row[column] = (row[column] ?? 0) + (features[index * places * channels + at] ?? 0) / places;
        }
        offset += channels;
      }
      usable.push(start + index);
    }
    skipped.push(...found.skipped);
    onRead(start + block.length);
  }
  return { rows: { values: values.subarray(0, usable.length * size), size }, usable, skipped };
}
