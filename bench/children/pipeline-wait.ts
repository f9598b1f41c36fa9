/**
 * `pipeline-wait.ts NETWORK FOLDER CACHE BATCH EPOCHS`: trains every layer on photographs that lie decoded in a cache on disk,
 * as the trainer's loop does, and prints the seconds of all steps and how many of them it waited for images.
 */
import { openDataset } from '../../src/engine/dataset/open-dataset.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { imageSource } from '../../src/engine/training/batch-source.ts';
import { decodeDataset } from '../../src/engine/training/decoded-images.ts';
import { batches, epochOrder } from '../../src/engine/training/epoch-order.ts';
import { yieldToMessages } from '../../src/engine/training/yield.ts';
import { loadProgram } from './load-program.ts';
import { stepFeeds } from './step-feeds.ts';

const [network = '', folder = '', cacheDirectory = '', batchText = '', epochsText = ''] = process.argv.slice(2);
const batchSize = Number(batchText);
const epochs = Number(epochsText);

const { preprocessing } = findNetwork(network);
const dataset = await openDataset(folder, { validationShare: 0.2, seed: 1 });
const { usable, training } = await decodeDataset({
  dataset,
  preprocessing,
  canvas: preprocessing,
  cacheDirectory,
  clock: performance,
  beforeImage: () => Promise.resolve(),
  emit: () => undefined,
  signal: new AbortController().signal,
  // So that they are read batch by batch, as where there are too many to be held in memory.
  freeBytes: 0,
});
const { session } = loadProgram(network, batchSize, {
  strategy: 'finetune',
  optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
});
const labels = Int32Array.from(usable, (image) => dataset.images[image]?.label ?? 0);
const source = imageSource({ decoded: training, images: usable, labels, augment: null });

async function epoch(number: number): Promise<{ readonly seconds: number; readonly waited: number; steps: number }> {
  const began = performance.now();
  let waited = 0;
  let steps = 0;
  let asked = began;
  for await (const { rows, feeds } of source.feeds(
    batches(epochOrder(labels, 'natural', 1, number), batchSize, 0),
    number,
  )) {
    waited += performance.now() - asked;
    const { loss } = session.run('train', { ...stepFeeds(rows.length), ...feeds });
    if (!Number.isFinite(loss?.data[0])) throw new TypeError('The measured step gave no finite loss.');
    steps += 1;
    await yieldToMessages();
    asked = performance.now();
  }
  return { seconds: (performance.now() - began) / 1000, waited: waited / 1000, steps };
}

// The first one traces, optimises and warms up.
await epoch(0);
let [seconds, waitedSeconds, steps] = [0, 0, 0];
for (let number = 1; number <= epochs; number += 1) {
  const passed = await epoch(number);
  seconds += passed.seconds;
  waitedSeconds += passed.waited;
  steps += passed.steps;
}
await training.close();
process.stdout.write(JSON.stringify({ seconds, waitedSeconds, steps }));
