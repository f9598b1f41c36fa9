import path from 'node:path';
import { z } from 'zod';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { interleave } from './interleave.ts';
import { peerPlan } from './peer-plan.ts';
import { PEERS } from './peer-python.ts';
import { runCommand } from './run-command.ts';
import { findSharedData } from './shared-data.ts';
import { compare } from './statistics.ts';
import { Workspace } from './thaw-command.ts';

const EPOCHS = '60';
const PLAN = ['--epochs', EPOCHS, '--seed', '1'];
const PEER_RUNS = [
  { name: 'keras-3', args: ['--keras', '3'] },
  { name: 'keras-2', args: ['--keras', '2'] },
] as const;
const TARGETS = { cold: 1, warm: 3 } as const;

const peerDocument = z.object({ keras: z.string() });

async function run({ python, signal, say, runs }: BenchContext): Promise<readonly BenchResult[]> {
  const { dataset, weights } = findSharedData();
  const files = ['--dataset', dataset, '--weights', weights];
  const thawArgs = [...files, '--network', 'mobilenet_v1_0.25_224', '--strategy', 'features', ...PLAN];
  let workspace = new Workspace();
  const versions: string[] = [];
  const peers = python === null ? [] : PEER_RUNS;
  const train = async (): Promise<number> => (await workspace.train(thawArgs, signal)).seconds;
  try {
    const sides = [
      () => {
        workspace[Symbol.dispose]();
        workspace = new Workspace();
        return train();
      },
      train,
      ...peers.map(({ args }, index) => async () => {
        const command = [path.join(PEERS, 'keras_features.py'), ...files, ...PLAN, ...peerPlan('features'), ...args];
        const { seconds, document } = await runCommand(python ?? '', command, { signal });
        versions[index] = peerDocument.parse(document).keras;
        return seconds;
      }),
    ];
    const [cold = [], warm = [], ...theirs] = await interleave(sides, runs, signal, (round) =>
      say(`features: round ${round} of ${runs}`),
    );
    return Object.entries({ cold, warm }).flatMap(([caches, thaw]) =>
      PEER_RUNS.map((peer, index) =>
        compare({
          name: `features-${caches}/${peer.name}`,
          unit: 's',
          better: 'lower',
          thaw,
          peer: theirs[index] ?? null,
          peerName: versions[index] === undefined ? `${peer.name} (absent)` : `Keras ${versions[index]}`,
          target: { of: 'ratio', value: TARGETS[caches === 'cold' ? 'cold' : 'warm'] },
        }),
      ),
    );
  } finally {
    workspace[Symbol.dispose]();
  }
}

/** Both in one, so that cold and warm caches are held against the same runs of the peers. */
export const features: Bench = {
  name: 'features',
  description: `feature extraction of real photos and ${EPOCHS} epochs of a new head, process start to end, caches cold and warm`,
  run,
};
