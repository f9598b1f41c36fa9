import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { endpoints, type EndpointName, type EventOf, type Transport } from '../../src/shared/contract/endpoint.ts';
import type { RunEvent } from '../../src/shared/contract/event.ts';
import { ThawError } from '../../src/shared/errors/thaw-error.ts';
import { writeNumpyFile } from './features-file.ts';
import { expectError } from './expect-error.ts';

/** What every transport must do, whatever carries it; `open` gives one to an engine with an empty log. */
export function describeContract(name: string, open: () => Promise<Transport>): void {
  describe(`the contract ${name}`, () => {
    let transport: Transport;
    beforeAll(async () => {
      transport = await open();
    });

    /** What a client in another language, or a window gone wrong, might send. */
    function send(endpoint: string, request: unknown): Promise<unknown> {
      return transport.invoke(endpoint as EndpointName, request as never);
    }

    it.each([
      ['networks.list', {}],
      ['runs.list', {}],
      ['runs.list', { status: 'finished', limit: 1 }],
      ['cache.show', {}],
      ['log.check', {}],
      ['training.active', {}],
      ['settings.read', {}],
      ['dataset.recent', {}],
    ] as const)('answers %s %j as its schema says', async (endpoint, request) => {
      const answer = await send(endpoint, request);
      expect(endpoints[endpoint].response.parse(answer)).toEqual(answer);
    });

    it('takes in bytes and hands out a picture as bytes, unchanged in kind', async () => {
      const dataset = endpoints['dataset.open'].response.parse(
        await send('dataset.open', { dataset: { kind: 'sample' } }),
      );
      const page = endpoints['dataset.images'].response.parse(
        await send('dataset.images', { datasetId: dataset.datasetId, offset: 0, limit: 1 }),
      );
      const picture = endpoints['image.bytes'].response.parse(
        await send('image.bytes', { imageId: page.images[0]?.imageId ?? '', size: 64 }),
      );
      expect(picture.bytes).toBeInstanceOf(Uint8Array);
      expect(picture.bytes.length).toBeGreaterThan(100);
      const inspected = endpoints['image.inspect'].response.parse(
        await send('image.inspect', { imageId: page.images[0]?.imageId ?? '' }),
      );
      expect(inspected).toMatchObject({ path: page.images[0]?.path, problem: null, facts: { format: 'jpeg' } });
      expect(inspected.pixels?.luminance.counts).toBeInstanceOf(Uint32Array);
      const { file } = endpoints['files.upload'].response.parse(
        await send('files.upload', { path: 'drawing.png', bytes: picture.bytes }),
      );
      expect(file).toMatchObject({ name: 'drawing.png', kind: 'image' });
    });

    it('opens a features file that it was given, and plans on it', async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'thaw-contract-'));
      const file = await writeNumpyFile(path.join(folder, 'given.npz'), {
        floats: { features: { shape: [6, 2], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] } },
        integers: { labels: [0, 1, 0, 1, 0, 1] },
      });
      const bytes = new Uint8Array(await readFile(file));
      await rm(folder, { recursive: true });
      const uploaded = endpoints['files.upload'].response.parse(
        await send('files.upload', { path: 'given.npz', bytes }),
      ).file;
      expect(uploaded).toMatchObject({ name: 'given.npz', kind: 'features' });
      const dataset = { kind: 'granted', grantId: uploaded.grantId };
      const view = endpoints['dataset.open'].response.parse(await send('dataset.open', { dataset }));
      expect(view.features).toMatchObject({ network: 'features_2', layers: [{ name: null, shape: [2] }] });
      const preview = endpoints['plan.preview'].response.parse(await send('plan.preview', { dataset }));
      expect(preview).toMatchObject({ problems: [], plan: { network: 'features_2' } });
    });

    it('looks at a page of what a layer makes of an image, as bytes', async () => {
      const { datasetId } = endpoints['dataset.open'].response.parse(
        await send('dataset.open', { dataset: { kind: 'sample' } }),
      );
      const { images } = endpoints['dataset.images'].response.parse(
        await send('dataset.images', { datasetId, offset: 0, limit: 1 }),
      );
      const { network } = endpoints['plan.preview'].response.parse(await send('plan.preview', {})).plan ?? {};
      const asked = {
        source: { kind: 'network', network },
        image: { imageId: images[0]?.imageId },
        layer: 'conv_pw_1_relu',
        limit: 4,
        size: 8,
      };
      const page = endpoints['activations.maps'].response.parse(
        await send('activations.maps', { ...asked, offset: 14 }),
      );
      expect(page).toMatchObject({ layer: 'conv_pw_1_relu', shape: [48, 48, 16], offset: 14, height: 8, width: 8 });
      expect(page.channels).toHaveLength(2);
      expect(page.maps).toBeInstanceOf(Uint8Array);
      expect(page.maps).toHaveLength(2 * 8 * 8);
    });

    it('decides of images, takes it back, and tells of both', async () => {
      const told: EventOf<'dataset'>[] = [];
      const unsubscribe = transport.subscribe('dataset', (event) => told.push(event));
      const view = endpoints['dataset.open'].response.parse(
        await send('dataset.open', { dataset: { kind: 'sample' } }),
      );
      const { datasetId } = view;
      const request = {
        datasetId,
        images: { filter: { classIndex: 0 } },
        change: { kind: 'tag', tag: 'seen', on: true },
      };
      const edited = endpoints['dataset.edit'].response.parse(await send('dataset.edit', request));
      expect(edited.tags).toMatchObject([{ name: 'seen' }]);
      expect(edited.version).not.toBe(view.version);
      const undone = endpoints['dataset.undo'].response.parse(await send('dataset.undo', { datasetId }));
      expect(undone).toEqual({ ...view, edits: { ...view.edits, redo: edited.edits.undo } });
      const edits = (): unknown => told.filter((event) => event.change === 'edits');
      await expect.poll(edits, { timeout: 30_000 }).toEqual(Array(2).fill({ datasetId, change: 'edits' }));
      unsubscribe();
    });

    it.each([
      ['activations.maps', { limit: 65 }, 'usage.invalid', 'limit must be at most 64; received 65.'],
      ['training.start', { epochs: 0 }, 'usage.invalid', 'epochs must be at least 1; received 0.'],
      ['training.start', { colour: 'red' }, 'usage.invalid', "the request has no field 'colour'."],
      [
        'features.write',
        { output: { kind: 'granted', grantId: 'nope', name: 'a.npz' } },
        'file.notGranted',
        'this id is not known',
      ],
      [
        'features.write',
        { output: { kind: 'granted', grantId: 'nope', name: '../a.npz' } },
        'usage.invalid',
        'output.name',
      ],
      ['runs.show', { runId: 'nope' }, 'run.unknown', 'nope'],
      ['runs.resume', { runId: 'nope' }, 'run.unknown', 'nope'],
      ['runs.export', { runIds: ['nope'], format: 'csv', output: { kind: 'fetched' } }, 'run.unknown', 'nope'],
      [
        'runs.report',
        { runIds: [], output: { kind: 'fetched' } },
        'usage.invalid',
        'runIds must be at least 1 entries',
      ],
      ['runs.import', { file: { kind: 'granted', grantId: 'nope' } }, 'file.notGranted', 'this id is not known'],
      ['files.read', { grantId: 'nope', offset: 0 }, 'file.notGranted', 'Export it again'],
    ] as const)('refuses %s %j with its code, words and hint', async (endpoint, request, code, words) => {
      await expectError(() => send(endpoint, request), code, words);
    });

    it.each(['constructor', 'toString', 'runs.destroy', ''])('knows no endpoint %j', async (endpoint) => {
      await expectError(() => send(endpoint, {}), 'usage.invalid');
    });

    it('answers many at once, each its own', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          send('runs.show', { runId: `none-${index}` }).catch((error: unknown) =>
            error instanceof ThawError ? error.message : error,
          ),
        ),
      );
      answers.forEach((answer, index) => expect(answer).toContain(`none-${index}`));
    });

    it('tells events in their order without gaps, curves as numbers of 64 bits', async () => {
      const events: RunEvent[] = [];
      const unsubscribe = transport.subscribe('run', (event) => events.push(event));
      const { runId } = endpoints['training.start'].response.parse(await send('training.start', { epochs: 1 }));
      await send('training.wait', { runId });
      unsubscribe();
      const told = events.filter((event) => event.runId === runId);
      expect(told.length).toBeGreaterThan(3);
      expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index + 1));
      expect(told.at(-1)?.body).toMatchObject({ kind: 'status', status: 'finished' });
      const [series] = endpoints['runs.series'].response.parse(
        await send('runs.series', { runId, by: 'step', keys: ['loss'], maxPoints: 100 }),
      );
      expect(series?.x).toBeInstanceOf(Float64Array);
      expect(series?.x.length).toBe(series?.y.length);
      expect(series?.points).toBeGreaterThan(0);
    });

    it('hands a run over as a file, in pieces and once, and knows it again', async () => {
      const { runs } = endpoints['runs.list'].response.parse(await send('runs.list', { limit: 1 }));
      const runIds = runs.map(({ runId }) => runId);
      const output = { kind: 'fetched' };
      const written = await send('runs.export', { runIds, format: 'thaw', output });
      const { grantId, bytes, name } = endpoints['runs.export'].response.parse(written);
      expect(name).toBe(`${runIds[0] ?? ''}.thaw`);
      const pieces: Uint8Array[] = [];
      for (let [offset, last] = [0, false]; !last;) {
        const piece = endpoints['files.read'].response.parse(await send('files.read', { grantId, offset }));
        pieces.push(piece.bytes);
        offset += piece.bytes.length;
        ({ last } = piece);
      }
      const content = Buffer.concat(pieces);
      expect(content).toHaveLength(bytes);
      await expectError(() => send('files.read', { grantId, offset: 0 }), 'file.notGranted', 'not kept');
      const uploaded = await send('files.upload', { path: name, bytes: new Uint8Array(content) });
      const { file } = endpoints['files.upload'].response.parse(uploaded);
      expect(file.kind).toBe('run');
      const imported = await send('runs.import', { file: { kind: 'granted', grantId: file.grantId } });
      expect(endpoints['runs.import'].response.parse(imported).runs).toMatchObject([
        { runId: runIds[0], outcome: 'known' },
      ]);
    });
  });
}
