import path from 'node:path';
import type { BenchContext, BenchResult } from './bench.ts';
import { gpuMemoryBytes } from './gpu-memory.ts';
import { interleave } from './interleave.ts';
import { PEERS } from './peer-python.ts';
import { compare } from './statistics.ts';
import { StepProcess } from './step-process.ts';

export interface PeerSteps {
  readonly name: string;
  /** In `bench/peers`. */
  readonly script: string;
  readonly args: readonly string[];
  /** Of the ratio; null where it stands by for comparison. */
  readonly target: number | null;
}

export interface StepComparison {
  readonly bench: string;
  /** The network that both sides run. */
  readonly network: string;
  /** In `bench/children`. */
  readonly child: string;
  /** What the child is told behind network and batch. */
  readonly childArgs?: readonly string[];
  readonly batch: number;
  /** In a round. */
  readonly steps: number;
  /** The first steps trace, optimise and warm up. */
  readonly warmUpSteps: number;
  readonly peers: readonly PeerSteps[];
  /** Which memory is compared too: the most that the process ever held, or what it holds of a GPU's at the end. */
  readonly comparedMemory: 'process' | 'gpu' | null;
}

/** What a side did in a round. */
interface Measured {
  readonly seconds: number;
  readonly memoryBytes: number | null;
}

/** @returns null, and says why, where the peer cannot start */
async function startPeer(peer: PeerSteps, { python, signal, say }: BenchContext): Promise<StepProcess | null> {
  if (python === null) return null;
  try {
    return await StepProcess.start(python, [path.join(PEERS, peer.script), ...peer.args], signal);
  } catch (error) {
    signal.throwIfAborted();
    say(`${peer.name} is absent: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** Runs the same step here and in each peer, in turns, each in a process of its own: images a second, and peak memory. */
export async function compareSteps(comparison: StepComparison, context: BenchContext): Promise<readonly BenchResult[]> {
  const { network, batch, steps, peers } = comparison;
  const { signal, say, runs } = context;
  await using stack = new AsyncDisposableStack();
  const child = path.join(import.meta.dirname, 'children', comparison.child);
  const ours = stack.use(
    await StepProcess.start(process.execPath, [child, network, String(batch), ...(comparison.childArgs ?? [])], signal),
  );
  const present = new Map<PeerSteps, StepProcess>();
  for (const peer of peers) {
    const started = stack.use(await startPeer(peer, context));
    if (started) present.set(peer, started);
  }
  const sides = [ours, ...present.values()];
  for (const side of sides) await side.run(comparison.warmUpSteps);
  const [thaw = [], ...theirs] = await interleave<Measured>(
    sides.map((side) => async () => {
      const { seconds, peakMemoryBytes } = await side.run(steps);
      return { seconds, memoryBytes: comparison.comparedMemory === 'gpu' ? gpuMemoryBytes(side.pid) : peakMemoryBytes };
    }),
    runs,
    signal,
    (round) => say(`${comparison.bench}/${network}: round ${round} of ${runs}`),
  );
  const answers = new Map([...present.keys()].map((peer, index) => [peer, theirs[index] ?? []]));
  return peers.flatMap((peer) => compareWith(comparison, peer, thaw, answers.get(peer), present.get(peer)?.name));
}

function compareWith(
  { bench, network, batch, steps, comparedMemory }: StepComparison,
  peer: PeerSteps,
  thaw: readonly Measured[],
  theirs: readonly Measured[] | undefined,
  peerName = `${peer.name} (absent)`,
): readonly BenchResult[] {
  const speeds = (side: readonly Measured[]): number[] => side.map(({ seconds }) => (steps * batch) / seconds);
  const peaks = (side: readonly Measured[]): number[] =>
    side.flatMap(({ memoryBytes }) => (memoryBytes === null ? [] : [memoryBytes / 1e6]));
  const target = peer.target === null ? {} : { target: { of: 'ratio', value: peer.target } as const };
  const common = { peerName, ...target };
  const name = (what: string): string => `${bench}/${network}/${what}/${peer.name}`;
  const speed = compare({
    ...{ name: name('speed'), unit: 'images/s', better: 'higher', ...common },
    thaw: speeds(thaw),
    peer: theirs ? speeds(theirs) : null,
  });
  if (comparedMemory === null || peaks(thaw).length === 0) return [speed];
  const memory = compare({
    ...{ name: name(comparedMemory === 'gpu' ? 'gpu-memory' : 'peak-memory'), unit: 'MB', better: 'lower', ...common },
    thaw: peaks(thaw),
    peer: theirs ? peaks(theirs) : null,
  });
  return [speed, memory];
}
