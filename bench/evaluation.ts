import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createService, type Service } from '../src/engine/service/create-service.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { writePhotoFolder } from './photo-folder.ts';
import { compare } from './statistics.ts';

const IMAGES = 10_000;
const CLASSES = 100;
const TARGET_SECONDS = 5;

/** How long evaluating a checkpoint takes whose images have their features in the cache, all figures among it. */
export const evaluation: Bench = {
  name: 'evaluation',
  description: `seconds that evaluating ${IMAGES.toLocaleString('en')} images of ${CLASSES} classes takes whose features are cached: from asking to the report, the process of it started anew`,
  async run({ runs, say, signal }) {
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-evaluation-'));
    const photos = { kind: 'folder', path: path.join(root, 'photos') } as const;
    const withService = async <Result>(work: (service: Service) => Promise<Result>): Promise<Result> => {
      const service = createService({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
      try {
        return await work(service);
      } finally {
        await service.close();
      }
    };
    try {
      await writePhotoFolder(photos.path, { images: IMAGES, classes: CLASSES });
      say('evaluation: training, which computes the features');
      const runId = await withService(async ({ transport }) => {
        const begun = await transport.invoke('training.start', { dataset: photos, strategy: 'features', epochs: 1 });
        await transport.invoke('training.wait', { runId: begun.runId });
        return begun.runId;
      });
      const evaluate = (): Promise<number> =>
        withService(async ({ transport }) => {
          const started = performance.now();
          const on = { kind: 'dataset', dataset: photos } as const;
          const { images } = await transport.invoke('evaluations.run', { runId, on });
          if (images !== IMAGES) throw new Error(`${images} images were evaluated instead of ${IMAGES}.`);
          return (performance.now() - started) / 1000;
        });
      const [seconds = []] = await interleave([evaluate], runs, signal, (round) =>
        say(`evaluation: round ${round} of ${runs}`),
      );
      return [
        compare({
          name: 'evaluation/cached',
          unit: 's',
          better: 'lower',
          thaw: seconds,
          peer: null,
          peerName: null,
          target: { of: 'thaw', value: TARGET_SECONDS },
        }),
      ];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
