/**
 * `introspection.ts NETWORK BATCH PART INTERVAL`: Thaw's training step, every INTERVAL-th with gradients and drift of each
 * layer; 0 for none. PART is `all` or `head`, over features that were computed before.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { featureFeed } from '../../src/engine/graph/program.ts';
import type { Feed } from '../../src/engine/runtime/session.ts';
import { introspect, keepFirstWeights } from '../../src/engine/training/introspect.ts';
import { answerSteps } from './answer-steps.ts';
import { CLASSES, loadProgram } from './load-program.ts';

const [network = '', batchText = '', partText, intervalText = ''] = process.argv.slice(2);
const part = z.enum(['all', 'head']).parse(partText);
const [batch, interval] = [Number(batchText), Number(intervalText)];
const { program, session, images } = loadProgram(network, batch, {
  strategy: part === 'all' ? 'finetune' : 'features',
  optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
});
const { introspection } = program;
if (!introspection) throw new TypeError('A program that trains can be asked.');

function inputs(): Readonly<Record<string, Feed>> {
  if (part === 'all') return { images };
  const features = session.run('features', { images });
  const held = program.cut.map(({ name }) => [featureFeed(name), features[featureFeed(name)] ?? images] as const);
  return {
    ...Object.fromEntries(held),
    rows: { data: Int32Array.from({ length: batch }, (_, at) => at), shape: [batch] },
  };
}

const feeds = {
  ...inputs(),
  labels: { data: Int32Array.from({ length: batch }, (_, index) => index % CLASSES), shape: [batch] },
  learning_rate: { data: Float32Array.of(0.001), shape: [] },
  dropout_seed: { data: Int32Array.of(1, 1), shape: [2] },
};
const directory = mkdtempSync(path.join(tmpdir(), 'thaw-introspection-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
await keepFirstWeights(session, directory);
let done = 0;
await answerSteps('Thaw', () => {
  done += 1;
  if (interval > 0 && done % interval === 0) introspect(session, introspection, feeds, directory);
  else session.run('train', feeds);
});
