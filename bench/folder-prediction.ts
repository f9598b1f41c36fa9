import { readdirSync } from 'node:fs';
import path from 'node:path';
import { runDirectory } from '../src/engine/experiment/log.ts';
import { decodeImage } from '../src/engine/image/decode-image.ts';
import { createService } from '../src/engine/service/create-service.ts';
import { loadPredictionModel, probabilitiesOf } from '../src/engine/training/prediction-model.ts';
import { writeTinyDataset } from '../test/support/tiny-dataset.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { writePhotoFolder } from './photo-folder.ts';
import { compare } from './statistics.ts';
import { Workspace } from './thaw-command.ts';

const NETWORK = 'mobilenet_v1_1.0_224';
const IMAGES = 512;
const BATCH = 32;
/** Of the speed of the pipeline itself. */
const TARGET_RATIO = 0.9;

/** A folder's predictions in a file, as a window has them written, against decoding and the network in one process. */
export const folderPrediction: Bench = {
  name: 'folder-prediction',
  description: `images per second that are predicted into a file, of ${IMAGES} photographs, against the bare pipeline`,
  async run({ runs, say, signal }) {
    using workspace = new Workspace();
    const dataset = workspace.folder('stripes');
    await writeTinyDataset(dataset, { train: 4, val: 4 });
    const plan = ['--network', NETWORK, '--dataset', dataset, '--strategy', 'scratch', '--epochs', '1'];
    const { runId } = (await workspace.train(plan, signal)).result;
    const photos = workspace.folder('photos');
    await writePhotoFolder(photos, { images: IMAGES, classes: 1 });
    const home = workspace.folder('home');
    const folder = path.join(photos, 'class 0');
    const files = readdirSync(folder).map((name) => path.join(folder, name));
    const precision = { frozen: 'float32', trainable: 'float32' } as const;
    const job = { runDirectory: runDirectory(home, runId), checkpoint: 'best' } as const;
    const model = await loadPredictionModel({ ...job, plan: { strategy: 'scratch', rules: [], precision } });
    const service = createService({ home, cache: workspace.folder('cache') });
    const output = { kind: 'file', path: workspace.folder('predictions.json') } as const;
    const written = async (): Promise<number> => {
      const begun = performance.now();
      await service.transport.invoke('predictions.write', { runId, images: [folder], top: 2, format: 'json', output });
      return (IMAGES / (performance.now() - begun)) * 1000;
    };
    const bare = async (): Promise<number> => {
      const begun = performance.now();
      const decode = (start: number): Promise<Uint8Array[]> =>
        Promise.all(files.slice(start, start + BATCH).map((file) => decodeImage(file, model.preprocessing)));
      let coming = decode(0);
      for (let start = 0; start < files.length; start += BATCH) {
        const pixels = await coming;
        coming = decode(start + BATCH);
        probabilitiesOf(model, pixels);
      }
      return (IMAGES / (performance.now() - begun)) * 1000;
    };
    try {
      // Both have their network in memory by then.
      for (const side of [written, bare]) await side();
      const told = (round: number): void => say(`folder-prediction: round ${round} of ${runs}`);
      const [thaw = [], peer = []] = await interleave([written, bare], runs, signal, told);
      const target = { of: 'ratio', value: TARGET_RATIO } as const;
      const peerName = 'decoding and the network in one process';
      return [compare({ name: 'folder-prediction', unit: 'images/s', better: 'higher', thaw, peer, peerName, target })];
    } finally {
      model.session.dispose();
      await service.close();
    }
  },
};
