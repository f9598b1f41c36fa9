import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { completePlan } from '../src/engine/service/default-plan.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { copyPhotographs } from './photographs.ts';
import { runCommand } from './run-command.ts';
import { findSharedData } from './shared-data.ts';
import { compare } from './statistics.ts';

const NETWORK = 'mobilenet_v1_0.25_224';
const EPOCHS = 2;
const TARGET_PERCENT = 5;

const answer = z.object({ seconds: z.number(), waitedSeconds: z.number(), steps: z.int().min(1) });

/** Whether the smallest network waits for its images. */
export const pipelineWait: Bench = {
  name: 'pipeline-wait',
  description:
    'how much of its time a training of every layer of MobileNet v1 0.25 waits for images that lie decoded in the cache on disk',
  async run({ runs, say, signal }) {
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-pipeline-wait-'));
    const photos = path.join(root, 'photos');
    const child = path.join(import.meta.dirname, 'children/pipeline-wait.ts');
    const { batchSize } = completePlan({ strategy: 'finetune' });
    const args = [child, NETWORK, photos, path.join(root, 'cache'), String(batchSize), String(EPOCHS)];
    const train = async (): Promise<z.infer<typeof answer>> =>
      answer.parse((await runCommand(process.execPath, args, { signal })).document);
    try {
      copyPhotographs(findSharedData().dataset, photos);
      const [trained = []] = await interleave([train], runs, signal, (round) =>
        say(`pipeline-wait: round ${round} of ${runs}`),
      );
      const figure = { better: 'lower', peer: null, peerName: null } as const;
      return [
        compare({
          ...{ ...figure, name: `pipeline-wait/${NETWORK}/share`, unit: '% of the time' },
          thaw: trained.map(({ seconds, waitedSeconds }) => (100 * waitedSeconds) / seconds),
          target: { of: 'thaw', value: TARGET_PERCENT },
        }),
        compare({
          ...{ ...figure, name: `pipeline-wait/${NETWORK}/step`, unit: 'ms' },
          thaw: trained.map(({ seconds, steps }) => (1000 * seconds) / steps),
        }),
      ];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
