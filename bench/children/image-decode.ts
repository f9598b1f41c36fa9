/**
 * `image-decode.ts decode|cached FOLDER BATCH SCRATCH`: every step brings all photographs of a folder to a network's size and
 * into batches, as the trainer does: `decode` from their files, which also fills a cache of decoded images, new each time;
 * `cached` in the order of an epoch from such a cache on disk.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openDataset } from '../../src/engine/dataset/open-dataset.ts';
import { loadImages } from '../../src/engine/image/load-images.ts';
import { resizeThenCrop, scaleToUnitRange } from '../../src/engine/network/preprocessing.ts';
import { imageSource } from '../../src/engine/training/batch-source.ts';
import { decodeDataset } from '../../src/engine/training/decoded-images.ts';
import { batches, epochOrder } from '../../src/engine/training/epoch-order.ts';
import { answerSteps } from './answer-steps.ts';

/** As torchvision's recipe for ImageNet; `torch_loader.py` does the same. */
const PREPROCESSING = resizeThenCrop(scaleToUnitRange(224, 224), 256);

const [action = '', folder = '', batchText = '', scratch = ''] = process.argv.slice(2);
const batchSize = Number(batchText);
const dataset = await openDataset(folder, { validationShare: 0.2, seed: 1 });
const bytes = PREPROCESSING.height * PREPROCESSING.width * 3;

async function decodeAll(): Promise<void> {
  const cacheDirectory = mkdtempSync(path.join(scratch, 'cache-'));
  let batch = new Uint8Array();
  let filled = 0;
  for await (const image of loadImages(dataset.root, dataset.images, PREPROCESSING, { cacheDirectory })) {
    if (image.kind === 'problem') throw new TypeError(`A measured photograph does not decode: ${image.problem}.`);
    if (filled % batchSize === 0) batch = new Uint8Array(Math.min(batchSize, dataset.images.length - filled) * bytes);
    batch.set(image.pixels, (filled % batchSize) * bytes);
    filled += 1;
  }
  if (filled !== dataset.images.length) throw new TypeError(`Only ${filled} photographs were decoded.`);
  rmSync(cacheDirectory, { recursive: true });
}

async function cachedEpochs(): Promise<() => Promise<void>> {
  const { usable, training } = await decodeDataset({
    dataset,
    preprocessing: PREPROCESSING,
    canvas: PREPROCESSING,
    cacheDirectory: mkdtempSync(path.join(scratch, 'cache-')),
    clock: performance,
    beforeImage: () => Promise.resolve(),
    emit: () => undefined,
    signal: new AbortController().signal,
    // So that they are not held in memory, which would be faster still.
    freeBytes: 0,
  });
  const labels = Int32Array.from(usable, (image) => dataset.images[image]?.label ?? 0);
  const source = imageSource({ decoded: training, images: usable, labels, augment: null });
  let epoch = 0;
  return async () => {
    epoch += 1;
    let taken = 0;
    const order = epochOrder(labels, 'natural', 1, epoch);
    for await (const { rows } of source.feeds(batches(order, batchSize, 0), epoch)) taken += rows.length;
    if (taken !== usable.length) throw new TypeError(`Only ${taken} photographs were read.`);
  };
}

await answerSteps('Thaw', action === 'decode' ? decodeAll : await cachedEpochs());
