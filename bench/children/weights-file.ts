/**
 * `weights-file.ts list|load FILE NETWORK`: the seconds it takes to list a file's tensors, or to give a network in a session
 * their values, and how far the peak of the process' memory grows.
 */
import { readFileSync } from 'node:fs';
import { assignValues } from '../../src/engine/runtime/assign-values.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { loadWeights } from '../../src/engine/weights/load.ts';
import { openStoredWeights, openWeights } from '../../src/engine/weights/open.ts';
import { loadProgram } from './load-program.ts';

const [action, file = '', network = ''] = process.argv.slice(2);

function status(key: 'VmHWM' | 'VmRSS'): number {
  const text = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
}

async function list(): Promise<void> {
  const weights = await openStoredWeights(file);
  if (weights.tensors.size === 0) throw new TypeError('The measured file lists no tensor.');
  weights.close();
}

async function load({ session, program }: ReturnType<typeof loadProgram>): Promise<void> {
  const weights = await openWeights(file);
  const { tensors, report } = loadWeights(findNetwork(network).build(), weights);
  weights.close();
  if (report.missing.length > 0) throw new TypeError(`The measured file lacks ${report.missing.length} tensors.`);
  assignValues(session, program, new Map([...head, ...tensors]));
}

const loaded =
  action === 'load' ? loadProgram(network, 1, { strategy: 'finetune', optimizer: null, empty: true }) : null;
/** The new classifier, which no file has. */
const head = new Map(
  loaded?.program.tensors
    .filter(({ name }) => name.startsWith('logits/'))
    .map(({ name, shape }) => [name, new Float32Array(shape.reduce((product, size) => product * size, 1))]),
);
// What the peak was of what came before is no part of what is measured.
const before = status('VmRSS');
const started = performance.now();
await (loaded ? load(loaded) : list());
const seconds = (performance.now() - started) / 1000;
process.stdout.write(JSON.stringify({ seconds, memoryBytes: Math.max(0, status('VmHWM') - before) }));
