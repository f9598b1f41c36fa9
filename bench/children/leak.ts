/**
 * `leak.ts NETWORK BATCH STEPS...`: trains a network, evaluates it and looks into it now and then, as a run does, and tells
 * after so many steps what it holds: one JSON document, `[{steps, residentBytes, tensors}]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadBinding } from '../../src/engine/runtime/binding.ts';
import { introspect, keepFirstWeights } from '../../src/engine/training/introspect.ts';
import { CLASSES, loadProgram } from './load-program.ts';

const INTROSPECTION_INTERVAL = 50;
const EVALUATION_INTERVAL = 100;

const [network = '', batchText = '', ...marks] = process.argv.slice(2);
const batch = Number(batchText);
const { program, session, images } = loadProgram(network, batch, {
  strategy: 'finetune',
  optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
});
const { introspection } = program;
if (!introspection) throw new TypeError('A program that trains can be asked.');
const labels = { data: Int32Array.from({ length: batch }, (_, index) => index % CLASSES), shape: [batch] };
const directory = mkdtempSync(path.join(tmpdir(), 'thaw-leak-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
await keepFirstWeights(session, directory);

const told: { readonly steps: number; readonly residentBytes: number; readonly tensors: number }[] = [];
const last = Math.max(...marks.map(Number));
for (let step = 1; step <= last; step += 1) {
  const feeds = {
    images,
    labels,
    learning_rate: { data: Float32Array.of(0.001), shape: [] },
    dropout_seed: { data: Int32Array.of(1, step), shape: [2] },
  };
  if (step % INTROSPECTION_INTERVAL === 0) introspect(session, introspection, feeds, directory);
  else session.run('train', feeds);
  if (step % EVALUATION_INTERVAL === 0) session.run('evaluate', { images, labels });
  if (!marks.includes(String(step))) continue;
  told.push({
    steps: step,
    residentBytes: process.memoryUsage.rss(),
    tensors: loadBinding().getNumOfTensors(),
  });
}
process.stdout.write(`${JSON.stringify(told)}\n`);
