import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { createService } from '../src/engine/service/create-service.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { compare } from './statistics.ts';

const IMAGES = 1000;
/** A photograph as web albums keep them. */
const WIDTH = 1024;
const HEIGHT = 768;
const SIZE = 192;
/** As many as a window asks for at a time. */
const AT_ONCE = 32;
const TARGET_KEPT_PER_SECOND = 300;

/** Two classes of files that differ in what follows the end of the image, so that each has a hash of its own. */
async function writeDataset(folder: string): Promise<void> {
  const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => (index * 7 + (index >> 9)) & 255);
  const jpeg = await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .blur(3)
    .jpeg()
    .toBuffer();
  for (let index = 0; index < IMAGES; index += 1) {
    const place = path.join(folder, index % 2 === 0 ? 'one' : 'other');
    mkdirSync(place, { recursive: true });
    writeFileSync(path.join(place, `${index}.jpg`), Buffer.concat([jpeg, Buffer.from(String(index))]));
  }
}

/** How fast a window gets the pictures of its grid. */
export const thumbnails: Bench = {
  name: 'thumbnails',
  description: `thumbnails a second through the contract, made from ${WIDTH} x ${HEIGHT} JPEGs and kept from before`,
  async run({ runs, say, signal }) {
    const home = mkdtempSync(path.join(tmpdir(), 'thaw-thumbnails-'));
    const service = createService({ home, cache: path.join(home, 'cache') });
    try {
      await writeDataset(path.join(home, 'photos'));
      const { transport } = service;
      const dataset = { kind: 'folder', path: path.join(home, 'photos') } as const;
      const { datasetId } = await transport.invoke('dataset.open', { dataset });
      const { images } = await transport.invoke('dataset.images', { datasetId, offset: 0, limit: IMAGES });
      const showAll = async (): Promise<number> => {
        const waiting = images.map(({ imageId }) => imageId);
        const started = performance.now();
        const ask = async (): Promise<void> => {
          for (let imageId = waiting.pop(); imageId !== undefined; imageId = waiting.pop()) {
            await transport.invoke('image.bytes', { imageId, size: SIZE });
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, ask));
        return images.length / ((performance.now() - started) / 1000);
      };
      const make = async (): Promise<number> => {
        await transport.invoke('cache.clear', {});
        return showAll();
      };
      const [made = [], kept = []] = await interleave([make, showAll], runs, signal, (round) =>
        say(`thumbnails: round ${round} of ${runs}`),
      );
      const figure = { unit: 'images/s', better: 'higher', peer: null, peerName: null } as const;
      return [
        compare({ ...figure, name: 'thumbnails/made', thaw: made }),
        compare({
          ...figure,
          name: 'thumbnails/kept',
          thaw: kept,
          target: { of: 'thaw', value: TARGET_KEPT_PER_SECOND },
        }),
      ];
    } finally {
      await service.close();
      rmSync(home, { recursive: true, force: true });
    }
  },
};
