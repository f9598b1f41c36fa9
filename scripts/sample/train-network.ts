/**
 * Draws the source task, trains the network that ships on it with Thaw itself, and writes its weights without the head:
 * `node scripts/bootstrap/run.mjs scripts/sample/train-network.ts`. Prints what came out as JSON.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { runDirectory } from '../../src/engine/experiment/log.ts';
import { DEFAULT_NETWORK, findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { checkpointPrefix } from '../../src/engine/training/checkpoint.ts';
import { writeSafetensors } from '../../src/engine/weights/safetensors-writer.ts';
import { openTensorFlowCheckpoint } from '../../src/engine/weights/tensorflow-checkpoint.ts';
import { cacheFolder, WEIGHTS_FILE } from './folders.ts';
import { SOURCE_TASK } from './tasks.ts';
import { thawTrain } from './thaw-train.ts';
import { writeDataset } from './write-dataset.ts';

const COMMON = ['--network', DEFAULT_NETWORK, '--optimizer', 'adam', '--batch', '64', '--seed', '1'];
const FROM_SCRATCH = [...COMMON, '--strategy', 'scratch', '--lr', '0.002', '--epochs', '24'];
/** A second run on the first one's weights, in small steps: what a falling learning rate would bring. */
const SETTLE = [...COMMON, '--strategy', 'finetune', '--lr', '0.0003', '--epochs', '6'];

const images = cacheFolder('sample-source');
const home = cacheFolder('sample-runs');
await mkdir(home, { recursive: true });
await writeDataset('source', images, (drawn, classes) => console.error(`${drawn} of ${classes} classes drawn`));
const first = await thawTrain(home, ['--dataset', images, ...FROM_SCRATCH]);
const second = await thawTrain(home, ['--dataset', images, '--weights', `run:${first.runId}`, ...SETTLE]);

const checkpoint = await openTensorFlowCheckpoint(await checkpointPrefix(runDirectory(home, second.runId), 'best'));
const tensors = new Map(
  networkTensors(findNetwork(DEFAULT_NETWORK).build()).map(({ name, shape }) => [
    name,
    { shape, data: checkpoint.read(name) },
  ]),
);
checkpoint.close();
await mkdir(path.dirname(WEIGHTS_FILE), { recursive: true });
await writeSafetensors(WEIGHTS_FILE, tensors, {
  network: DEFAULT_NETWORK,
  source: 'scripts/sample/train-network.ts',
  license: 'Apache-2.0',
});
const { drawers, counts } = SOURCE_TASK;
console.log(
  JSON.stringify(
    {
      classes: drawers.length,
      picturesPerClass: counts,
      valAccuracy: { fromScratch: first.bestValAccuracy, settled: second.bestValAccuracy },
      seconds: { fromScratch: first.timings, settled: second.timings },
      file: WEIGHTS_FILE,
    },
    null,
    2,
  ),
);
