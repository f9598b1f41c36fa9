import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../../src/engine/service/create-service.ts';
import { upload } from '../../../../src/renderer/transport/upload.ts';
import type { UploadProgress } from '../../../../src/renderer/transport/host.ts';
import { expectError } from '../../../support/expect-error.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const home = path.join(temporaryFolder(), 'home');
mkdirSync(home, { recursive: true });
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());

/** A small picture of one colour, another for each shade. */
async function picture(shade: number, name: string): Promise<File> {
  const background = { r: 2 * shade, g: shade, b: 90 };
  const bytes = await sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toBuffer();
  return new File([new Uint8Array(bytes)], name);
}

describe('an upload', () => {
  it('brings a folder to the engine as one, with its progress, so that it opens as a dataset', async () => {
    const files = await Promise.all(
      ['fox', 'owl'].flatMap((name, shade) =>
        [0, 1, 2, 3].map(async (index) => ({
          path: `photos/${name}/${index}.png`,
          file: await picture(40 * shade + 9 * index, `${index}.png`),
        })),
      ),
    );
    const told: UploadProgress[] = [];
    const signal = new AbortController().signal;
    const watch = { signal, onProgress: (progress: UploadProgress) => void told.push(progress) };
    const { folder, files: entries } = await upload(service.transport, files, watch);
    expect(folder).toMatchObject({ name: 'photos', kind: 'folder' });
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual(files.map(({ file }) => [file.name, 'image']));
    expect(told.map(({ files: done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(told.at(-1)?.bytes).toBe(told.at(-1)?.bytesTotal);
    const dataset = { kind: 'granted', grantId: folder?.grantId ?? '' } as const;
    const view = await service.transport.invoke('dataset.open', { dataset });
    expect(view.classes.map(({ name }) => name)).toEqual(['fox', 'owl']);
  });

  it('ends when it is told to', async () => {
    const abort = new AbortController();
    const files = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => ({
        path: `${index}.png`,
        file: await picture(index, `${index}.png`),
      })),
    );
    let sent = 0;
    const watch = {
      signal: abort.signal,
      onProgress: () => {
        sent += 1;
        abort.abort();
      },
    };
    await expectError(() => upload(service.transport, files, watch), 'task.cancelled');
    expect(sent).toBeLessThan(20);
  });

  it('refuses a file that is too large before it sends any', async () => {
    const large = { name: 'large.h5', size: 80 * 1024 ** 2 } as File;
    await expectError(
      () => upload(service.transport, [{ path: 'large.h5', file: large }]),
      'file.tooLarge',
      "'large.h5' has 80 MiB",
      '64 MiB',
    );
  });
});
