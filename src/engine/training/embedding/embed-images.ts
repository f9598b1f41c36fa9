import type { RunEventBody } from '../../../shared/contract/event.ts';
import type { SkippedImage } from '../../../shared/contract/run.ts';
import { EMBEDDING_STEPS } from '../../../shared/contract/embedding.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { ImageFile } from '../../image/image-loader.ts';
import { elementCount } from '../../network/shape.ts';
import type { EmbeddedImages, EmbeddingJob } from '../extractor-protocol.ts';
import { datasetFeatures } from '../features.ts';
import { loadExtractor, type Extractor } from '../features-file/load-extractor.ts';
import { ProgressReporter } from '../progress.ts';
import { FEWEST_LAID_OUT, intoSquare, layOut, placeAmong } from './layout.ts';
import { NeighbourSearch, type Rows } from './neighbours.ts';

/** Features of so many bytes are held at a time beside those of the images that are laid out. */
const BLOCK_BYTES = 128 * 2 ** 20;
const FLOAT_BYTES = 4;

interface Reading {
  readonly job: EmbeddingJob;
  readonly extractor: Extractor;
  readonly signal: AbortSignal;
  readonly onWarning: (message: string) => void;
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

/** Global averages, as of a network that ends with them, scaled to length 1: what counts is which features an image has. */
function toRow(row: Float32Array): void {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  if (length > 0) row.forEach((value, place) => (row[place] = value / length));
}

interface ReadRows {
  readonly rows: Rows;
  /** Places in the list of images of those that could be read, one for each row. */
  readonly usable: readonly number[];
  readonly skipped: readonly SkippedImage[];
}

async function readRows(
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
      toRow(row);
      usable.push(start + index);
    }
    skipped.push(...found.skipped);
    onRead(start + block.length);
  }
  return { rows: { values: values.subarray(0, usable.length * size), size }, usable, skipped };
}

/**
 * Brings images onto a plane by what a network makes of them, those that it sees alike side by side. Features come from their
 * cache where they were computed before. Of many images the first are laid out and the others placed among them.
 *
 * @throws ThawError what is wrong with network, weights or images; the signal's reason
 */
export async function embedImages(
  job: EmbeddingJob,
  emit: (body: RunEventBody) => void,
  signal: AbortSignal,
): Promise<EmbeddedImages> {
  const { images, laidOut: most } = job;
  const progress = new ProgressReporter(emit, 'features', 'image');
  const onWarning = (message: string): void => emit({ kind: 'warning', message });
  const extractor = await loadExtractor(job, 0, onWarning);
  try {
    const reading = { job, extractor, signal, onWarning };
    const first = images.slice(0, most);
    const rest = images.slice(most);
    const laidOut = await readRows(first, {
      ...reading,
      onRead: (done) => progress.report(done, first.length, EMBEDDING_STEPS.features),
    });
    if (laidOut.usable.length < FEWEST_LAID_OUT) {
      throw new ThawError(
        'dataset.images',
        `A map shows which images are alike and needs at least ${FEWEST_LAID_OUT} that differ and can be read; found ${laidOut.usable.length}.`,
        'Open a dataset with more images.',
      );
    }
    const search = new NeighbourSearch(laidOut.rows);
    // Neighbours and passes are half of it each, whatever they are counted in.
    const layout = new ProgressReporter(emit, 'features', 'image');
    const asImages = (done: number, total: number): number => Math.floor((done / total) * first.length);
    const places = await layOut(laidOut.rows, search, {
      signal,
      onNeighbours: (done, total) => layout.report(asImages(done, total), first.length * 2, EMBEDDING_STEPS.layout),
      onEpoch: (done, total) =>
        layout.report(first.length + asImages(done, total), first.length * 2, EMBEDDING_STEPS.layout),
    });
    const all = new Float32Array(images.length * 2).fill(NaN);
    laidOut.usable.forEach((index, row) => all.set(places.subarray(row * 2, row * 2 + 2), index * 2));
    const skipped = [...laidOut.skipped];
    const placing = new ProgressReporter(emit, 'features', 'image');
    let placed = 0;
    // By blocks, so that features of a hundred thousand images are never held at a time.
    for (let start = 0; start < rest.length; start += most) {
      const block = rest.slice(start, start + most);
      const report = (done: number): void => placing.report(start + done, rest.length, EMBEDDING_STEPS.rest);
      const read = await readRows(block, { ...reading, onRead: report });
      const among = await placeAmong(places, search, read.rows, { signal, onProgress: () => undefined });
      read.usable.forEach((index, row) => {
        all.set(among.subarray(row * 2, row * 2 + 2), (first.length + start + index) * 2);
      });
      placed += read.usable.length;
      skipped.push(...read.skipped);
    }
    return { layers: [...extractor.plan.cut], coordinates: intoSquare(all), placed, skipped };
  } finally {
    extractor.session.dispose();
  }
}
