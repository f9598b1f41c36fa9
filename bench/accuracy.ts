import path from 'node:path';
import { z } from 'zod';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { PEERS } from './peer-python.ts';
import { runCommand } from './run-command.ts';
import { findSharedData, type SharedData } from './shared-data.ts';
import { compare } from './statistics.ts';
import { Workspace } from './thaw-command.ts';

const SEEDS = [1, 2, 3] as const;
const BATCH = ['--batch', '32'];

interface Task {
  readonly name: string;
  readonly thaw: (data: SharedData) => readonly string[];
  readonly script: string;
  readonly peer: (data: SharedData) => readonly string[];
  readonly better: 'higher' | 'lower';
  readonly target: number;
}

const TASKS: readonly Task[] = [
  {
    name: 'features',
    thaw: ({ weights }) => ['--strategy', 'features', '--weights', weights, ...settings(60, 0.01)],
    script: 'keras_features.py',
    peer: ({ weights }) => ['--weights', weights, ...settings(60, 0.01)],
    better: 'higher',
    target: 0.88,
  },
  {
    name: 'finetune',
    thaw: ({ weights }) => [
      ...['--strategy', 'finetune', '--weights', weights, ...settings(15, 0.01)],
      ...['--freeze', '/^conv/', '--thaw', 'block_12', '--thaw', 'block_13'],
    ],
    script: 'keras_finetune.py',
    peer: ({ weights }) => ['--weights', weights, ...settings(15, 0.01), '--trainable', '_12', '_13'],
    better: 'higher',
    target: 0.89,
  },
  {
    name: 'scratch',
    thaw: () => ['--strategy', 'scratch', ...settings(15, 0.01)],
    script: 'keras_finetune.py',
    peer: () => settings(15, 0.01),
    // It shows that the photos alone do not teach this: more would mean that the others owe little to their weights.
    better: 'lower',
    target: 0.75,
  },
];

function settings(epochs: number, learningRate: number): readonly string[] {
  return ['--epochs', String(epochs), '--lr', String(learningRate), '--dropout', '0.5', ...BATCH];
}

const peerDocument = z.object({ bestValAccuracy: z.number(), keras: z.string() });
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function measure(task: Task, data: SharedData, context: BenchContext): Promise<BenchResult> {
  const { python, signal, say } = context;
  const thaw: number[] = [];
  const peer: number[] = [];
  let peerName = 'Keras 3 (absent)';
  using workspace = new Workspace();
  for (const seed of SEEDS) {
    say(`accuracy: ${task.name}, seed ${seed}`);
    const common = ['--dataset', data.dataset, '--seed', String(seed)];
    const ours = [...common, '--network', 'mobilenet_v1_0.25_224', ...task.thaw(data)];
    const { result } = await workspace.train(ours, signal);
    thaw.push(result.bestValAccuracy ?? 0);
    if (python === null) continue;
    const theirs = [path.join(PEERS, task.script), ...common, ...task.peer(data)];
    const { bestValAccuracy, keras } = peerDocument.parse((await runCommand(python, theirs, { signal })).document);
    peer.push(bestValAccuracy);
    peerName = `Keras ${keras}`;
  }
  const result = compare({
    name: `accuracy/${task.name}`,
    unit: `mean best val_accuracy of seeds ${SEEDS.join(', ')}`,
    better: task.better,
    // Means, as the target is one; the spread is told beside them.
    thaw: [mean(thaw)],
    peer: python === null ? null : [mean(peer)],
    peerName,
    target: { of: 'thaw', value: task.target },
  });
  const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;
  return { ...result, runs: SEEDS.length, thawSpread: range(thaw), peerSpread: python === null ? null : range(peer) };
}

/** How well it learns real photos: a new head, two thawed blocks, and nothing pretrained at all. */
export const accuracy: Bench = {
  name: 'accuracy',
  description: 'validation accuracy on real photos by features, fine-tuning and from scratch, means of three seeds',
  async run(context) {
    const data = findSharedData();
    const results: BenchResult[] = [];
    for (const task of TASKS) results.push(await measure(task, data, context));
    return results;
  },
};
