/**
 * `digest-feeds DATASET CACHE held|read`: says the SHA-256 of all that two epochs of augmented batches are fed, their images
 * decoded by as many threads as UV_THREADPOOL_SIZE says, and held in memory or read from the cache on disk.
 */
import { createHash } from 'node:crypto';
import { PRESET_VALUES } from '../../../src/shared/contract/augmentation.ts';
import { openDataset } from '../../../src/engine/dataset/open-dataset.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { canvasPreprocessing } from '../../../src/engine/training/augmentation/canvas.ts';
import { drawAugmentation } from '../../../src/engine/training/augmentation/draw.ts';
import { imageSource } from '../../../src/engine/training/batch-source.ts';
import { decodeDataset } from '../../../src/engine/training/decoded-images.ts';
import { batches, epochOrder } from '../../../src/engine/training/epoch-order.ts';

const SEED = 7;
const BATCH = 5;

const [folder = '', cacheDirectory = '', memory = ''] = process.argv.slice(2);
const dataset = await openDataset(folder, { validationShare: 0.2, seed: SEED });
const input = scaleToUnitRange(24, 24);
const augmentation = PRESET_VALUES.strong;
const canvas = canvasPreprocessing(augmentation, input);
const { training, evaluation } = await decodeDataset({
  dataset,
  preprocessing: input,
  canvas,
  cacheDirectory,
  clock: performance,
  beforeImage: () => Promise.resolve(),
  emit: () => undefined,
  signal: new AbortController().signal,
  freeBytes: memory === 'held' ? 2 ** 40 : 0,
});
const images = [...dataset.images.keys()].filter((image) => dataset.images[image]?.split === 'train');
const labels = Int32Array.from(images, (image) => dataset.images[image]?.label ?? -1);
const source = imageSource({
  decoded: training,
  images,
  labels,
  augment: (epoch, { rows }, aspectRatios) => {
    const drawn = aspectRatios.map((aspectRatio, at) => ({ seeds: [SEED, epoch, rows[at] ?? -1], aspectRatio }));
    return drawAugmentation(augmentation, drawn, { canvas, input });
  },
});
const digest = createHash('sha256');
for (const epoch of [1, 2]) {
  const order = batches(epochOrder(labels, 'natural', SEED, epoch), BATCH);
  for await (const { feeds } of source.feeds(order, epoch)) {
    for (const [name, feed] of Object.entries(feeds)) {
      if (!('data' in feed)) throw new TypeError(`'${name}' is not fed from here.`);
      digest.update(name);
      for (const part of ArrayBuffer.isView(feed.data) ? [feed.data] : feed.data)
        digest.update(new Uint8Array(part.buffer));
    }
  }
}
await training.close();
await evaluation.close();
process.send?.(digest.digest('hex'));
process.disconnect();
