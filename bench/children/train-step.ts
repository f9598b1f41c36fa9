/**
 * `train-step.ts NETWORK BATCH PART [PRECISION]`: Thaw's training step, fed as a run feeds it. PART is `all`; `last`: the
 * network's last part over a folded prefix that is computed each time; or `head`, over features that were computed before.
 */
import { z } from 'zod';
import type { Feed } from '../../src/engine/runtime/session.ts';
import { PRECISIONS } from '../../src/shared/contract/plan.ts';
import { answerSteps } from './answer-steps.ts';
import { loadProgram } from './load-program.ts';
import { cachedInputs, stepFeeds } from './step-feeds.ts';

/** As `LAST_PARTS` in the peers' scripts. */
const LAST_PARTS: Readonly<Record<string, string>> = {
  'mobilenet_v1_1.0_224': '/^conv_(dw|pw)_13/',
  resnet50_224: '/^conv5_/',
};

const [network = '', batchText = '', partText, type] = process.argv.slice(2);
const part = z.enum(['all', 'last', 'head']).parse(partText);
const precision = z.enum(PRECISIONS).default('float32').parse(type);
const batch = Number(batchText);
const lastPart = part === 'last' ? z.string().parse(LAST_PARTS[network]) : null;
const loaded = loadProgram(network, batch, {
  strategy: part === 'all' ? 'finetune' : 'features',
  rules: lastPart === null ? [] : [{ action: 'thaw', pattern: lastPart }],
  optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
  precision,
  uncached: part === 'last',
});
const { session, images } = loaded;

function inputs(): Readonly<Record<string, Feed>> {
  switch (part) {
    case 'all':
    case 'last':
      return { images };
    case 'head':
      return cachedInputs(loaded, batch);
  }
}

const feeds = { ...inputs(), ...stepFeeds(batch) };
await answerSteps('Thaw', () => {
  const { loss } = session.run('train', feeds);
  if (!Number.isFinite(loss?.data[0])) throw new TypeError('The measured step gave no finite loss.');
});
