import path from 'node:path';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { interleave } from './interleave.ts';
import { PEERS } from './peer-python.ts';
import { compare } from './statistics.ts';
import { StepProcess, type StepAnswer } from './step-process.ts';

const BATCH = 16;
/** The first steps trace, optimise and warm up. */
const WARM_UP_STEPS = 5;
const NETWORKS = [
  { name: 'mobilenet_v1_0.25_224', width: '0.25', steps: 20 },
  { name: 'mobilenet_v1_1.0_224', width: '1.0', steps: 5 },
] as const;
/** Keras 3 is what its users run; Keras 2 is often the faster. PyTorch stands by for comparison. */
const PEER_STEPS = [
  { name: 'keras-3', script: 'keras_train_step.py', args: ['--keras', '3'], target: 1 },
  { name: 'keras-2', script: 'keras_train_step.py', args: ['--keras', '2'], target: 1 },
  { name: 'pytorch', script: 'torch_train_step.py', args: [], target: null },
] as const;

async function measure(network: (typeof NETWORKS)[number], context: BenchContext): Promise<readonly BenchResult[]> {
  const { python, signal, say, runs } = context;
  await using stack = new AsyncDisposableStack();
  const child = path.join(import.meta.dirname, 'children', 'train-step.ts');
  const sides = [stack.use(await StepProcess.start(process.execPath, [child, network.name, String(BATCH)], signal))];
  const peers = python === null ? [] : PEER_STEPS;
  for (const { script, args } of peers) {
    const command = [path.join(PEERS, script), '--width', network.width, '--batch', String(BATCH), ...args];
    sides.push(stack.use(await StepProcess.start(python ?? '', command, signal)));
  }
  for (const side of sides) await side.run(WARM_UP_STEPS);
  const answers = await interleave<StepAnswer>(
    sides.map((side) => () => side.run(network.steps)),
    runs,
    signal,
    (run) => say(`${network.name}: round ${run} of ${runs}`),
  );
  const images = network.steps * BATCH;
  const speeds = answers.map((side) => side.map(({ seconds }) => images / seconds));
  const memories = answers.map((side) => side.map(({ peakMemoryBytes }) => (peakMemoryBytes ?? NaN) / 1e6));
  return PEER_STEPS.flatMap((peer, index) => {
    const peerName = sides[index + 1]?.name ?? `${peer.name} (absent)`;
    const target = peer.target === null ? {} : { target: { of: 'ratio', value: peer.target } as const };
    const result = (what: string, unit: string, better: 'higher' | 'lower', values: readonly number[][]) =>
      compare({
        name: `train-step/${network.name}/${what}/${peer.name}`,
        unit,
        better,
        thaw: values[0] ?? [],
        peer: values[index + 1] ?? null,
        peerName,
        ...target,
      });
    return [
      result('speed', 'images/s', 'higher', speeds),
      ...(memories.flat().every(Number.isFinite) ? [result('peak-memory', 'MB', 'lower', memories)] : []),
    ];
  });
}

/** A step that trains every layer, batch 16, 224 x 224. */
export const trainStep: Bench = {
  name: 'train-step',
  description: 'images a second and peak memory of a step that trains every layer, against train_on_batch and PyTorch',
  async run(context) {
    const results: BenchResult[] = [];
    for (const network of NETWORKS) results.push(...(await measure(network, context)));
    return results;
  },
};
