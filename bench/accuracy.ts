import path from 'node:path';
import { z } from 'zod';
import type { Precision, Strategy } from '../src/shared/contract/plan.ts';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { peerPlan } from './peer-plan.ts';
import { PEERS } from './peer-python.ts';
import { runCommand } from './run-command.ts';
import { findSharedData, type SharedData } from './shared-data.ts';
import { compare } from './statistics.ts';
import { Workspace } from './thaw-command.ts';

const SEEDS = [1, 2, 3] as const;

interface Task {
  readonly strategy: Strategy;
  readonly epochs: number;
  /** What the strategy alone does not say, to us and to the peer. */
  readonly thaw: readonly string[];
  readonly peer: readonly string[];
  readonly script: string;
  readonly better: 'higher' | 'lower';
  readonly target: number;
}

const TASKS: readonly Task[] = [
  {
    ...{ strategy: 'features', epochs: 60, thaw: [], peer: [], script: 'keras_features.py' },
    ...{ better: 'higher', target: 0.88 },
  },
  {
    ...{ strategy: 'finetune', epochs: 15, script: 'keras_finetune.py' },
    thaw: ['--freeze', '/^conv/', '--thaw', 'block_12', '--thaw', 'block_13'],
    peer: ['--trainable', '_12', '_13'],
    ...{ better: 'higher', target: 0.89 },
  },
  {
    ...{ strategy: 'scratch', epochs: 15, thaw: [], peer: [], script: 'keras_finetune.py' },
    // The photos alone must not teach this: more would mean that the others owe little to their weights.
    ...{ better: 'lower', target: 0.75 },
  },
];

const peerDocument = z.object({ bestValAccuracy: z.number(), keras: z.string() });
const rangeOf = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function measure(task: Task, data: SharedData, context: BenchContext): Promise<BenchResult> {
  const { python, signal, say } = context;
  const thaw: number[] = [];
  const peer: number[] = [];
  let peerName = 'Keras 3 (absent)';
  using workspace = new Workspace();
  for (const seed of SEEDS) {
    say(`accuracy: ${task.strategy}, seed ${seed}`);
    const common = ['--dataset', data.dataset, '--seed', String(seed), '--epochs', String(task.epochs)];
    if (task.strategy !== 'scratch') common.push('--weights', data.weights);
    const ours = [...common, '--network', 'mobilenet_v1_0.25_224', '--strategy', task.strategy, ...task.thaw];
    const { result } = await workspace.train(ours, signal);
    thaw.push(result.bestValAccuracy ?? 0);
    if (python === null) continue;
    const theirs = [path.join(PEERS, task.script), ...common, ...peerPlan(task.strategy), ...task.peer];
    const { bestValAccuracy, keras } = peerDocument.parse((await runCommand(python, theirs, { signal })).document);
    peer.push(bestValAccuracy);
    peerName = `Keras ${keras}`;
  }
  const result = compare({
    name: `accuracy/${task.strategy}`,
    unit: `mean best val_accuracy of seeds ${SEEDS.join(', ')}`,
    better: task.better,
    // Means, as the target is one; the spread is told beside them.
    thaw: [mean(thaw)],
    peer: python === null ? null : [mean(peer)],
    peerName,
    target: { of: 'thaw', value: task.target },
  });
  const peerSpread = python === null ? null : rangeOf(peer);
  return { ...result, runs: SEEDS.length, thawSpread: rangeOf(thaw), peerSpread };
}

/** What bfloat16 costs: a new head on features of both precisions, the same seeds. */
async function measurePrecision(data: SharedData, { signal, say }: BenchContext): Promise<BenchResult> {
  using workspace = new Workspace();
  const reached = async (precision: Precision): Promise<number[]> => {
    const values: number[] = [];
    for (const seed of SEEDS) {
      say(`accuracy: ${precision}, seed ${seed}`);
      const plan = ['--strategy', 'features', '--epochs', '60', '--seed', String(seed), '--precision', precision];
      const files = ['--dataset', data.dataset, '--weights', data.weights, '--network', 'mobilenet_v1_0.25_224'];
      const { result } = await workspace.train([...files, ...plan], signal);
      values.push(result.bestValAccuracy ?? 0);
    }
    return values;
  };
  const [narrow, wide] = [await reached('bfloat16'), await reached('float32')];
  const result = compare({
    name: 'accuracy/features-bfloat16',
    unit: `mean best val_accuracy of seeds ${SEEDS.join(', ')}`,
    better: 'higher',
    thaw: [mean(narrow)],
    peer: [mean(wide)],
    peerName: 'Thaw in float32',
  });
  return { ...result, runs: SEEDS.length, thawSpread: rangeOf(narrow), peerSpread: rangeOf(wide) };
}

/** How well it learns real photos: a new head, two thawed blocks, and nothing pretrained at all. */
export const accuracy: Bench = {
  name: 'accuracy',
  description:
    'validation accuracy on real photos by features, fine-tuning, from scratch and in bfloat16, means of three seeds',
  async run(context) {
    const data = findSharedData();
    const results: BenchResult[] = [];
    for (const task of TASKS) results.push(await measure(task, data, context));
    return [...results, await measurePrecision(data, context)];
  },
};
