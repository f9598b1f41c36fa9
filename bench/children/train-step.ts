/** `train-step.ts NETWORK BATCH`: Thaw's training step, everything trainable, fed with pixels as a run feeds them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freezePlan } from '../../src/engine/freeze/freeze-plan.ts';
import { compileProgram } from '../../src/engine/graph/program.ts';
import { withHead } from '../../src/engine/network/head.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { initialValues } from '../../src/engine/weights/initialise.ts';
import { answerSteps } from './answer-steps.ts';
import { noisePixels } from './noise-pixels.ts';

const CLASSES = 2;
const [networkName = '', batchText = ''] = process.argv.slice(2);
const batch = Number(batchText);
const entry = findNetwork(networkName);
const network = withHead(entry.build(), { classes: CLASSES, dropout: 0 });
const program = compileProgram({
  network,
  plan: freezePlan(network, 'finetune', []),
  preprocessing: entry.preprocessing,
  optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
});
const directory = mkdtempSync(path.join(tmpdir(), 'thaw-bench-'));
const session = Session.load(directory, program.savedModel, program.signatures);
rmSync(directory, { recursive: true });

session.run('assign', program.assignFeeds(initialValues(network, 1)));
const feeds = {
  images: { data: [noisePixels(batch, entry.preprocessing)], shape: [] },
  labels: { data: Int32Array.from({ length: batch }, (_, index) => index % CLASSES), shape: [batch] },
  learning_rate: { data: Float32Array.of(0.001), shape: [] },
  dropout_seed: { data: Int32Array.of(1, 1), shape: [2] },
};
await answerSteps('Thaw', () => {
  const { loss } = session.run('train', feeds);
  if (!Number.isFinite(loss?.data[0])) throw new TypeError('The measured step gave no finite loss.');
});
