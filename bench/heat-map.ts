import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { createService } from '../src/engine/service/create-service.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { compare } from './statistics.ts';
import { Workspace } from './thaw-command.ts';

const NETWORK = 'resnet50_224';
/** As few as train. */
const IMAGES_PER_CLASS = 4;
const TARGET_MILLISECONDS = 300;
/** A photograph as web albums keep them. */
const WIDTH = 1024;
const HEIGHT = 768;

async function writePhotographs(folder: string): Promise<string> {
  let last = '';
  for (let index = 0; index < 2 * IMAGES_PER_CLASS; index += 1) {
    const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => (at * (index + 3) + (at >> 9)) & 255);
    const place = path.join(folder, index % 2 === 0 ? 'one' : 'other');
    mkdirSync(place, { recursive: true });
    last = path.join(place, `${index}.jpg`);
    await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .blur(3)
      .jpeg()
      .toFile(last);
  }
  return last;
}

/** How long a person waits for a heat-map, once the first one was made. */
export const heatMap: Bench = {
  name: 'heat-map',
  description: `milliseconds for Grad-CAM of a ${WIDTH} x ${HEIGHT} JPEG by a run of ResNet50, through the contract, after the first`,
  async run({ runs, say, signal }) {
    using workspace = new Workspace();
    const folder = workspace.folder('photos');
    const image = await writePhotographs(folder);
    say(`heat-map: training ${NETWORK} once`);
    const plan = ['--dataset', folder, '--network', NETWORK, '--strategy', 'scratch', '--epochs', '1'];
    const { result } = await workspace.train(plan, signal);
    const service = createService({ home: workspace.folder('home'), cache: workspace.folder('cache') });
    try {
      const { runId } = result;
      const classes = ['one', 'other'];
      const milliseconds = async (round: number, layer?: string): Promise<number> => {
        const started = performance.now();
        const asked = { runId, image, class: classes[round % 2], ...(layer !== undefined && { layer }) };
        await service.transport.invoke('explain.heatMap', asked);
        return performance.now() - started;
      };
      const layers = await service.transport.invoke('explain.layers', { runId });
      const lowest = layers.at(-1)?.name;
      await milliseconds(0);
      await milliseconds(0, lowest);
      let round = 0;
      const [last = [], first = []] = await interleave(
        [async () => milliseconds(round++), async () => milliseconds(round, lowest)],
        runs,
        signal,
        (done) => say(`heat-map: round ${done} of ${runs}`),
      );
      const figure = { unit: 'ms', better: 'lower', peer: null, peerName: null } as const;
      const target = { of: 'thaw', value: TARGET_MILLISECONDS } as const;
      return [
        compare({ ...figure, name: `heat-map/${NETWORK}/last-layer`, thaw: last, target }),
        compare({ ...figure, name: `heat-map/${NETWORK}/first-layer`, thaw: first }),
      ];
    } finally {
      await service.close();
    }
  },
};
