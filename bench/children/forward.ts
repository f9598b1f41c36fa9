/** `forward.ts NETWORK BATCH`: a batch of pixels through a frozen network, its BatchNorms folded, to probabilities. */
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
  plan: freezePlan(network, 'features', []),
  preprocessing: entry.preprocessing,
  optimizer: null,
});
const directory = mkdtempSync(path.join(tmpdir(), 'thaw-bench-'));
const session = Session.load(directory, program.savedModel, program.signatures);
rmSync(directory, { recursive: true });

session.run('assign', program.assignFeeds(initialValues(network, 1)));
const feeds = { images: { data: [noisePixels(batch, entry.preprocessing)], shape: [] } };
await answerSteps('Thaw', () => {
  const { probabilities } = session.run('predict', feeds);
  if (!Number.isFinite(probabilities?.data[0])) throw new TypeError('The measured batch gave no finite probability.');
});
