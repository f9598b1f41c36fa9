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

type Peer = (typeof PEER_STEPS)[number];

/** @returns null, and says why, where the peer cannot start */
async function startPeer(
  peer: Peer,
  width: string,
  { python, signal, say }: BenchContext,
): Promise<StepProcess | null> {
  if (python === null) return null;
  const args = [path.join(PEERS, peer.script), '--width', width, '--batch', String(BATCH), ...peer.args];
  try {
    return await StepProcess.start(python, args, signal);
  } catch (error) {
    signal.throwIfAborted();
    say(`${peer.name} is absent: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function measure(network: (typeof NETWORKS)[number], context: BenchContext): Promise<readonly BenchResult[]> {
  const { signal, say, runs } = context;
  await using stack = new AsyncDisposableStack();
  const child = path.join(import.meta.dirname, 'children', 'train-step.ts');
  const ours = stack.use(await StepProcess.start(process.execPath, [child, network.name, String(BATCH)], signal));
  const present = new Map<Peer, StepProcess>();
  for (const peer of PEER_STEPS) {
    const started = stack.use(await startPeer(peer, network.width, context));
    if (started) present.set(peer, started);
  }
  const sides = [ours, ...present.values()];
  for (const side of sides) await side.run(WARM_UP_STEPS);
  const [thaw = [], ...theirs] = await interleave<StepAnswer>(
    sides.map((side) => () => side.run(network.steps)),
    runs,
    signal,
    (round) => say(`${network.name}: round ${round} of ${runs}`),
  );
  const answers = new Map([...present.keys()].map((peer, index) => [peer, theirs[index] ?? []]));
  return PEER_STEPS.flatMap((peer) => compareWith(peer, network, thaw, answers.get(peer), present.get(peer)?.name));
}

function compareWith(
  peer: Peer,
  network: (typeof NETWORKS)[number],
  thaw: readonly StepAnswer[],
  theirs: readonly StepAnswer[] | undefined,
  peerName = `${peer.name} (absent)`,
): readonly BenchResult[] {
  const images = network.steps * BATCH;
  const speeds = (side: readonly StepAnswer[]): number[] => side.map(({ seconds }) => images / seconds);
  const peaks = (side: readonly StepAnswer[]): number[] =>
    side.flatMap(({ peakMemoryBytes }) => (peakMemoryBytes === null ? [] : [peakMemoryBytes / 1e6]));
  const target = peer.target === null ? {} : { target: { of: 'ratio', value: peer.target } as const };
  const common = { peerName, ...target };
  const name = (what: string): string => `train-step/${network.name}/${what}/${peer.name}`;
  const speed = compare({
    ...{ name: name('speed'), unit: 'images/s', better: 'higher', ...common },
    thaw: speeds(thaw),
    peer: theirs ? speeds(theirs) : null,
  });
  if (peaks(thaw).length === 0) return [speed];
  const memory = compare({
    ...{ name: name('peak-memory'), unit: 'MB', better: 'lower', ...common },
    thaw: peaks(thaw),
    peer: theirs ? peaks(theirs) : null,
  });
  return [speed, memory];
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
