import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createService, type Service } from '../../../src/engine/service/create-service.ts';
import { windowTransport } from '../../../src/engine/service/window-transport.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { modelWithCode, smallModel, writeTfjsModel } from '../../support/tfjs-model.ts';

let root: string;
let service: Service;

beforeEach(() => {
  root = temporaryFolder();
  service = createService({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
});

const written = (name: string, size: number | null = 32): string =>
  writeTfjsModel(path.join(root, name), smallModel(size))[0] ?? '';
const opened = () => service.transport.invoke('networks.opened', {});
const open = (file: string, options: { readonly size?: number; readonly pixels?: 'raw' } = {}) =>
  service.transport.invoke('networks.open', { file: { kind: 'file', path: file }, ...options });

describe('models that were opened', () => {
  it('are listed with what a window needs to plan on them, the last one first', async () => {
    expect(await opened()).toEqual([]);
    const { name } = await open(written('fixed'));
    await open(written('free', null), { size: 48, pixels: 'raw' });
    const [free, fixed] = await opened();
    expect(fixed).toMatchObject({
      network: { name, family: 'model', inputShape: [32, 32, 3], sizes: null, shipped: false },
      title: 'stripes_net',
      classes: 3,
      file: { name: 'fixed/model.json', path: path.join(root, 'fixed/model.json'), exists: true },
      pixels: null,
    });
    expect(free).toMatchObject({
      network: { inputShape: [48, 48, 3], sizes: { least: 1, most: 1024 } },
      pixels: 'raw',
    });
    const weights = { kind: 'granted', grantId: fixed?.file.grantId ?? '' } as const;
    const map = await windowTransport(service).invoke('weights.map', { network: name, weights });
    expect(map.counts).toMatchObject({ missing: 0, shape: 0 });
  });

  it('are one for each file, as it was opened last', async () => {
    const file = written('free', null);
    await open(file);
    const { name } = await open(file, { size: 64 });
    expect((await opened()).map(({ network }) => network.name)).toEqual([name]);
  });

  it('stay when their file is gone, and say so', async () => {
    await open(written('fixed'));
    rmSync(path.join(root, 'fixed'), { recursive: true });
    expect(await opened()).toMatchObject([{ title: 'stripes_net', file: { exists: false } }]);
  });

  it('are not those that were refused, nor those that are kept no more', async () => {
    const [secretive = ''] = writeTfjsModel(path.join(root, 'secretive'), modelWithCode(), false);
    await expectError(() => open(secretive), 'network.invalid', 'secretive.block.code: Lambda is not supported');
    expect(await opened()).toEqual([]);
    await open(written('fixed', 40));
    writeFileSync(path.join(root, 'home', 'opened-models.json'), '{"schemaVersion":1,"models":[{"name":"model_');
    expect(await opened()).toEqual([]);
  });
});
