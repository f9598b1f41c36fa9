import { stat } from 'node:fs/promises';
import type { RunEventBody } from '../../../shared/contract/event.ts';
import type { FeaturesResult } from '../../../shared/contract/features.ts';
import type { SkippedImage } from '../../../shared/contract/run.ts';
import { DEFAULT_CACHE_LIMIT_BYTES } from '../../../shared/contract/settings.ts';
import { explainDiskError, ThawError } from '../../../shared/errors/thaw-error.ts';
import { codePointOrder } from '../../dataset/code-point-order.ts';
import { withIndex } from '../../dataset/index/index-if-any.ts';
import { readImages, UNLABELLED, type CollectedImage, type ImageCollection } from '../../dataset/read-images.ts';
import { decodedCacheFolder } from '../../image/decoded-cache.ts';
import { elementCount } from '../../network/shape.ts';
import { NpzWriter } from '../../numpy/npz-writer.ts';
import { datasetRoot, structureOf } from '../dataset-root.ts';
import type { FeaturesJob } from '../extractor-protocol.ts';
import { assertFileSpace } from '../disk-space.ts';
import { beyondLimit, featureCacheFolder } from '../feature-cache/cached-features.ts';
import { prefixWeightsHash } from '../feature-cache/feature-key.ts';
import { datasetFeatures } from '../features.ts';
import { ProgressReporter } from '../progress.ts';
import { loadExtractor, type Extractor } from './load-extractor.ts';
import { ARRAYS, FEATURES_FILE_VERSION, featuresArray, type FeaturesMetadata } from './metadata.ts';

/** Features of so many bytes are held at a time: a file may be larger than memory. */
const BLOCK_BYTES = 256 * 2 ** 20;
const FLOAT_BYTES = 4;
/** Of a code point, as NumPy keeps them. */
const TEXT_BYTES = 4;

function metadataOf(job: FeaturesJob, extractor: Extractor): FeaturesMetadata {
  const { plan, preprocessing, tensorHashes, weightsHash, runtime } = extractor;
  const source = job.plan.weights;
  return {
    schemaVersion: FEATURES_FILE_VERSION,
    thaw: job.thaw,
    network: job.plan.network,
    layers: [...plan.cut],
    preprocessing: { ...preprocessing },
    precision: job.plan.precision.frozen,
    weights: {
      source,
      sha256: prefixWeightsHash(plan.prefix, tensorHashes),
      ...(source.kind === 'file' && weightsHash !== null && { fileSha256: weightsHash }),
    },
    tensorflow: runtime.tensorflow,
    device: runtime.device,
  };
}

interface Written {
  readonly images: readonly CollectedImage[];
  readonly unreadable: readonly SkippedImage[];
  readonly reused: number;
}

/** Computes block by block and appends to the file what could be read, in the collection's order. */
async function writeArrays(
  writer: NpzWriter,
  { root, images }: ImageCollection,
  extractor: Extractor,
  options: {
    readonly job: FeaturesJob;
    readonly emit: (body: RunEventBody) => void;
    readonly onWarning: (message: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<Written> {
  const { program } = extractor;
  const { cacheDirectory, plan, cacheLimitBytes } = options.job;
  const outputs = program.cut.map(({ name, shape }) => {
    const rowBytes = elementCount(shape) * FLOAT_BYTES;
    const array = featuresArray(name, program.cut.length);
    return { name, rowBytes, rows: writer.array(array, '<f4', shape, { rowBytes, mostRows: images.length }) };
  });
  const imageBytes = outputs.reduce((sum, { rowBytes }) => sum + rowBytes, 0);
  const tooLarge = beyondLimit(images.length * imageBytes, cacheLimitBytes);
  if (tooLarge !== null) options.onWarning(tooLarge);
  const perBlock = Math.max(plan.evaluationBatchSize, Math.floor(BLOCK_BYTES / imageBytes));
  const progress = new ProgressReporter(options.emit, 'features', 'image');
  const kept: CollectedImage[] = [];
  const unreadable: SkippedImage[] = [];
  let reused = 0;
  for (let start = 0; start < images.length; start += perBlock) {
    const block = images.slice(start, start + perBlock);
    const found = await datasetFeatures({
      ...extractor,
      dataset: { root, images: block },
      cacheDirectory,
      cacheLimitBytes,
      batchSize: plan.evaluationBatchSize,
      beforeImage: () => Promise.resolve(),
      onProgress: (done, missing) => progress.report(start + block.length - missing + done, images.length),
      onWarning: options.onWarning,
      signal: options.signal,
    });
    for (const { name, rowBytes, rows } of outputs) {
      const values = found.features.get(name);
      if (!values) throw new TypeError(`There are no features of '${name}'.`);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const isWhole = found.usable.length === block.length;
      if (isWhole) await rows.append(bytes);
      else for (const row of found.usable) await rows.append(bytes.subarray(row * rowBytes, (row + 1) * rowBytes));
    }
    kept.push(...found.usable.flatMap((row) => block[row] ?? []));
    unreadable.push(...found.skipped);
    reused += found.reused;
    progress.report(start + block.length, images.length);
  }
  return { images: kept, unreadable, reused };
}

async function describeImages(
  writer: NpzWriter,
  images: readonly CollectedImage[],
  classes: readonly string[],
  metadata: FeaturesMetadata,
): Promise<void> {
  await writer.integers(
    ARRAYS.labels,
    images.map(({ label }) => label),
  );
  await writer.texts(ARRAYS.classes, classes);
  await writer.texts(
    ARRAYS.paths,
    images.map((image) => image.path),
  );
  await writer.texts(
    ARRAYS.splits,
    images.map(({ split }) => split ?? ''),
  );
  await writer.integers(
    ARRAYS.pinned,
    images.map(({ pinned }) => (pinned === undefined ? 0 : 1)),
  );
  await writer.texts(
    ARRAYS.contentHashes,
    images.map(({ contentHash }) => contentHash),
  );
  await writer.texts(ARRAYS.metadata, [JSON.stringify(metadata)]);
}

async function write(
  job: FeaturesJob,
  collection: ImageCollection,
  extractor: Extractor,
  options: {
    readonly emit: (body: RunEventBody) => void;
    readonly onWarning: (message: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<Written> {
  const { signal } = options;
  const writer = await NpzWriter.create(job.output);
  try {
    const written = await writeArrays(writer, collection, extractor, { job, ...options });
    if (written.images.length === 0) {
      throw new ThawError(
        'dataset.images',
        `Features need at least one image that can be read; found none among ${collection.images.length} in ${collection.root}.`,
        'Replace the damaged images.',
      );
    }
    await describeImages(writer, written.images, collection.classes, metadataOf(job, extractor));
    signal.throwIfAborted();
    await writer.close();
    return written;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** Of what describes an image in the file beside its path: label, split, that it is kept there, and content hash. */
const DESCRIPTION_BYTES = 8 + 4 * 10 + 8 + 4 * 64;
const CHANNELS = 3;

/** Looks for room for the file before hours of computing, as for the checkpoints of a run. */
async function assertRoom(
  { output, cacheDirectory, cacheLimitBytes = DEFAULT_CACHE_LIMIT_BYTES }: FeaturesJob,
  { images }: ImageCollection,
  { program, preprocessing }: Extractor,
): Promise<void> {
  const featureBytes = program.cut.reduce((sum, { shape }) => sum + FLOAT_BYTES * elementCount(shape), 0);
  const longestPath = images.reduce((most, image) => Math.max(most, image.path.length), 0);
  const pixels = preprocessing.height * preprocessing.width * CHANNELS;
  const cached = (bytes: number): number => Math.min(cacheLimitBytes, images.length * bytes);
  await assertFileSpace({
    file: output,
    bytes: images.length * (featureBytes + DESCRIPTION_BYTES + TEXT_BYTES * longestPath),
    caches: [
      { folder: featureCacheFolder(cacheDirectory), bytes: cached(featureBytes) },
      { folder: decodedCacheFolder(cacheDirectory), bytes: cached(pixels) },
    ],
  });
}

/** The disk's refusals, with what can be done about a file that a person named. */
function explainWriting(error: unknown, output: string): unknown {
  const explained = explainDiskError(error, `write ${output}`);
  if (explained === error || !(explained instanceof ThawError)) return explained;
  return new ThawError(explained.code, explained.message, 'Free some space there, or write the file elsewhere.', {
    cause: error,
  });
}

/**
 * Computes what the lower part of a network gives for every image of a folder, and writes it to a `.npz` file that NumPy
 * reads, with labels, classes, paths, splits and which images stay in theirs, content hashes and where it all comes from.
 * The file is written aside and takes its name at the end; what was computed is cached also when it is cancelled.
 *
 * @throws ThawError what is wrong with images, network, weights, layer or disk; the signal's reason
 */
export async function extractFeatures(
  job: FeaturesJob,
  emit: (body: RunEventBody) => void,
  signal: AbortSignal,
): Promise<FeaturesResult> {
  const warnings = new Set<string>();
  const onWarning = (message: string): void => void warnings.add(message);
  const { plan } = job;
  const reading = new ProgressReporter(emit, 'prepare', 'image');
  const collection = await withIndex(job.home, (index) =>
    readImages(datasetRoot(plan.dataset), {
      structure: structureOf(plan.dataset),
      index,
      validationShare: plan.validationShare,
      seed: plan.seed,
      signal,
      onProgress: (done, total) => reading.report(done, total, 'reading the dataset'),
    }),
  );
  const [only, second] = collection.classes;
  if (only !== undefined && second === undefined) {
    onWarning(
      `All labelled images are of one class, '${only}': if the classes lie within that folder, take it as the dataset.`,
    );
  }
  const extractor = await loadExtractor(job, collection.classes.length, onWarning);
  try {
    await assertRoom(job, collection, extractor);
    const { images, unreadable, reused } = await write(job, collection, extractor, { emit, onWarning, signal });
    return {
      path: job.output,
      bytes: (await stat(job.output)).size,
      network: plan.network,
      arrays: extractor.program.cut.map(({ name, shape }) => ({
        name: featuresArray(name, extractor.program.cut.length),
        layer: name,
        shape: [...shape],
      })),
      images: images.length,
      labelled: images.filter(({ label }) => label !== UNLABELLED).length,
      classes: [...collection.classes],
      reused,
      skipped: [...collection.skipped, ...unreadable].sort((left, right) => codePointOrder(left.path, right.path)),
      warnings: [...warnings],
    };
  } catch (error) {
    throw explainWriting(error, job.output);
  } finally {
    extractor.session.dispose();
  }
}
