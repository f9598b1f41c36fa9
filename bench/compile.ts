import path from 'node:path';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { interleave } from './interleave.ts';
import { PEERS } from './peer-python.ts';
import { compare } from './statistics.ts';
import { StepProcess } from './step-process.ts';

const BATCH = 16;
const NETWORKS = [
  { name: 'resnet50_224', keras: 'ResNet50', size: 224 },
  { name: 'inception_v3_299', keras: 'InceptionV3', size: 299 },
] as const;
const KERAS_VERSIONS = ['3', '2'] as const;
const TARGET_SECONDS = 2;

type Version = (typeof KERAS_VERSIONS)[number];

/** @returns null, and says why, where Keras cannot start */
async function startKeras(
  version: Version,
  { keras, size }: (typeof NETWORKS)[number],
  { python, signal, say }: BenchContext,
): Promise<StepProcess | null> {
  if (python === null) return null;
  const args = ['--network', keras, '--size', String(size), '--batch', String(BATCH), '--keras', version];
  try {
    return await StepProcess.start(python, [path.join(PEERS, 'keras_compile.py'), ...args], signal);
  } catch (error) {
    signal.throwIfAborted();
    say(`Keras ${version} is absent: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function measure(network: (typeof NETWORKS)[number], context: BenchContext): Promise<readonly BenchResult[]> {
  const { signal, say, runs } = context;
  await using stack = new AsyncDisposableStack();
  const child = path.join(import.meta.dirname, 'children', 'compile.ts');
  const ours = stack.use(await StepProcess.start(process.execPath, [child, network.name], signal));
  const present = new Map<Version, StepProcess>();
  for (const version of KERAS_VERSIONS) {
    const started = stack.use(await startKeras(version, network, context));
    if (started) present.set(version, started);
  }
  const sides = [ours, ...present.values()];
  // The first time loads libraries and compiles JavaScript and Python.
  for (const side of sides) await side.run(1);
  const [thaw = [], ...theirs] = await interleave(
    sides.map((side) => async () => (await side.run(1)).seconds),
    runs,
    signal,
    (round) => say(`compile/${network.name}: round ${round} of ${runs}`),
  );
  const seconds = new Map([...present.keys()].map((version, index) => [version, theirs[index] ?? []]));
  return KERAS_VERSIONS.map((version) =>
    compare({
      name: `compile/${network.name}/keras-${version}`,
      unit: 's',
      better: 'lower',
      thaw,
      peer: seconds.get(version) ?? null,
      peerName: present.get(version)?.name ?? `Keras ${version} (absent)`,
      target: { of: 'thaw', value: TARGET_SECONDS },
    }),
  );
}

/** From layers to a program that can run, everything trainable; no weights are drawn and no step is run. */
export const compile: Bench = {
  name: 'compile',
  description: 'seconds from layers to a loaded program that trains everything, against Keras tracing its train step',
  async run(context) {
    const results: BenchResult[] = [];
    for (const network of NETWORKS) results.push(...(await measure(network, context)));
    return results;
  },
};
