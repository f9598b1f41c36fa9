/**
 * `introspection.ts NETWORK BATCH PART INTERVAL`: Thaw's training step, every INTERVAL-th with gradients and drift of each
 * layer; 0 for none. PART is `all` or `head`, over features that were computed before.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { introspect, keepFirstWeights } from '../../src/engine/training/introspect.ts';
import { answerSteps } from './answer-steps.ts';
import { loadProgram } from './load-program.ts';
import { cachedInputs, stepFeeds } from './step-feeds.ts';

const [network = '', batchText = '', partText, intervalText = ''] = process.argv.slice(2);
const part = z.enum(['all', 'head']).parse(partText);
const [batch, interval] = [Number(batchText), Number(intervalText)];
const loaded = loadProgram(network, batch, {
  strategy: part === 'all' ? 'finetune' : 'features',
  optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
});
const { session } = loaded;
const { introspection } = loaded.program;
if (!introspection) throw new TypeError('A program that trains can be asked.');

const inputs = part === 'all' ? { images: loaded.images } : cachedInputs(loaded, batch);
const feeds = { ...inputs, ...stepFeeds(batch) };
const directory = mkdtempSync(path.join(tmpdir(), 'thaw-introspection-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
await keepFirstWeights(session, directory);
let done = 0;
await answerSteps('Thaw', () => {
  done += 1;
  if (interval > 0 && done % interval === 0) introspect(session, introspection, feeds, directory);
  else session.run('train', feeds);
});
