import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createService } from '../src/engine/service/create-service.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { writePhotoFolder } from './photo-folder.ts';
import { compare } from './statistics.ts';

const IMAGES = 100_000;
const CLASSES = 10;
const TARGET_FIRST = 3000;
const TARGET_AGAIN = 20_000;

/** How fast a folder becomes a dataset, through the contract: never seen before, and known to an earlier start of Thaw. */
export const datasetIndex: Bench = {
  name: 'dataset-index',
  description: `files a second when a folder of ${IMAGES.toLocaleString('en')} images is opened: the first time, and by a Thaw that starts anew and knows it`,
  async run({ runs, say, signal }) {
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-dataset-index-'));
    const photos = path.join(root, 'photos');
    const home = path.join(root, 'home');
    const open = async (): Promise<number> => {
      const service = createService({ home, cache: path.join(home, 'cache') });
      try {
        const started = performance.now();
        const { datasetId } = await service.transport.invoke('dataset.open', {
          dataset: { kind: 'folder', path: photos },
        });
        const seconds = (performance.now() - started) / 1000;
        const { total } = await service.transport.invoke('dataset.images', { datasetId, offset: 0, limit: 1 });
        if (total !== IMAGES) throw new Error(`The dataset has ${total} images instead of ${IMAGES}.`);
        return IMAGES / seconds;
      } finally {
        await service.close();
      }
    };
    const openNew = (): Promise<number> => {
      rmSync(home, { recursive: true, force: true });
      return open();
    };
    try {
      await writePhotoFolder(photos, { images: IMAGES, classes: CLASSES });
      const [first = [], again = []] = await interleave([openNew, open], runs, signal, (round) =>
        say(`dataset-index: round ${round} of ${runs}`),
      );
      const figure = { unit: 'files/s', better: 'higher', peer: null, peerName: null } as const;
      return [
        compare({
          ...figure,
          name: 'dataset-index/first',
          thaw: first,
          target: { of: 'thaw', value: TARGET_FIRST },
        }),
        compare({
          ...figure,
          name: 'dataset-index/again',
          thaw: again,
          target: { of: 'thaw', value: TARGET_AGAIN },
        }),
      ];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
