import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { downloadWeights, mirrored, weightsFile } from '../../../../src/engine/weights/published/download.ts';
import type { PublishedWeights } from '../../../../src/shared/contract/published-weights.ts';
import { ThawError, type ErrorCode } from '../../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../../support/expect-error.ts';
import { sendBytes, startServer, type FileServer } from '../../../support/file-server.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const BODY = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, index) => Math.imul(index, 2654435761) >>> 24));
const SHA256 = createHash('sha256').update(BODY).digest('hex');
const TAG = '"first"';

function entry(server: FileServer, changes: Partial<PublishedWeights> = {}): PublishedWeights {
  return {
    name: 'network.h5',
    network: 'vgg16_224',
    framework: 'keras',
    address: `${server.address}/published/network.h5`,
    mebibytes: null,
    hash: { algorithm: 'sha256', hex: SHA256.slice(0, 8) },
    licence: null,
    classes: null,
    preprocessing: { rule: 'caffe', resize: null, crop: null, interpolation: null },
    source: 'a test',
    ...changes,
  };
}

function options(folder: string): Parameters<typeof downloadWeights>[1] {
  return {
    folder,
    signal: new AbortController().signal,
    report: () => undefined,
    assertRoom: async () => Promise.resolve(),
    pauseMilliseconds: 1,
    connectMilliseconds: 2000,
    stallMilliseconds: 300,
  };
}

/** Sends what is asked for, with a mark of its version. */
async function goodServer(): Promise<FileServer> {
  return startServer((request, response) => {
    response.setHeader('etag', TAG);
    sendBytes(request, response, BODY);
  });
}

/** Breaks off each answer but the last after a share of the body. */
async function droppingServer(drops: number, tag: (ask: number) => string): Promise<FileServer> {
  let asked = 0;
  return startServer((request, response) => {
    asked += 1;
    response.setHeader('etag', tag(asked));
    if (asked > drops) {
      if (request.headers['if-range'] !== tag(asked)) delete request.headers.range;
      sendBytes(request, response, BODY);
      return;
    }
    response.writeHead(200, { 'content-length': BODY.length });
    response.write(BODY.subarray(0, 70_000), () => setTimeout(() => response.destroy(), 300));
  });
}

describe('weights of the catalogue', () => {
  it('are downloaded once, held to their hash, and used from then on without the network', async () => {
    const server = await goodServer();
    const wanted = entry(server);
    const folder = temporaryFolder();
    const told: number[] = [];

    const first = await downloadWeights(wanted, { ...options(folder), report: (done) => told.push(done) });
    const second = await downloadWeights({ ...wanted, address: 'http://127.0.0.1:9/gone.h5' }, options(folder));

    expect(first).toMatchObject({
      fetched: true,
      verified: true,
      bytes: BODY.length,
      path: weightsFile(folder, wanted),
    });
    expect(second).toMatchObject({ fetched: false, path: first.path });
    expect(await readFile(first.path)).toEqual(BODY);
    expect(told.at(-1)).toBe(BODY.length);
    expect(server.asked).toEqual(['/published/network.h5']);
  });

  it('go on from where the connection broke off', async () => {
    const server = await droppingServer(1, () => TAG);
    const folder = temporaryFolder();

    const { path: file } = await downloadWeights(entry(server), options(folder));

    expect(await readFile(file)).toEqual(BODY);
    expect(server.asked[1]).toMatch(/^\/published\/network\.h5 from [1-9]\d*$/);
  });

  it('begin anew where the server has another version by then', async () => {
    const server = await droppingServer(1, (ask) => `"version ${ask}"`);

    const { path: file } = await downloadWeights(entry(server, { hash: null }), options(temporaryFolder()));

    expect(await readFile(file)).toEqual(BODY);
  });

  it('begin anew where a server goes on with another version without a word', async () => {
    let asked = 0;
    const careless = await startServer((request, response) => {
      asked += 1;
      response.setHeader('etag', asked === 1 ? TAG : '"second"');
      if (asked > 1) {
        // It keeps to ranges and not to the version that they are of.
        sendBytes(request, response, BODY);
        return;
      }
      response.writeHead(200, { 'content-length': BODY.length });
      response.write(Buffer.alloc(70_000), () => setTimeout(() => response.destroy(), 300));
    });

    const { path: file } = await downloadWeights(entry(careless, { hash: null }), options(temporaryFolder()));

    expect(await readFile(file)).toEqual(BODY);
    expect(careless.asked).toHaveLength(3);
  });

  it('are no shorter than the server says that the whole is', async () => {
    let asked = 0;
    const server = await startServer((_, response) => {
      asked += 1;
      response.setHeader('etag', TAG);
      if (asked === 1) {
        response.writeHead(200, { 'content-length': BODY.length });
        response.write(BODY.subarray(0, 70_000), () => setTimeout(() => response.destroy(), 300));
        return;
      }
      const range = `bytes 70000-70009/${BODY.length}`;
      response.writeHead(206, { 'content-length': 10, 'content-range': range }).end(BODY.subarray(70_000, 70_010));
    });
    const wanted = entry(server, { hash: null });

    await expectError(
      () => downloadWeights(wanted, { ...options(temporaryFolder()), tries: 2 }),
      'weights.missing',
      `of ${BODY.length} bytes`,
    );
  });

  it('follow a redirect, and none from an encrypted address to one that is not', async () => {
    const server = await goodServer();
    const leading = await startServer((_, response) => {
      response.writeHead(302, { location: `${server.address}/elsewhere/network.h5` }).end();
    });
    const found = await downloadWeights(entry(leading), options(temporaryFolder()));
    expect(await readFile(found.path)).toEqual(BODY);

    const astray = await startServer((_, response) => void response.writeHead(302, { location: 'file:///x' }).end());
    await expectError(() => downloadWeights(entry(astray), options(temporaryFolder())), 'weights.missing', 'leads to');
  });

  it('are fetched again where what is here is another file', async () => {
    const server = await goodServer();
    const folder = temporaryFolder();
    const wanted = entry(server);
    await mkdir(path.join(folder, 'keras'));
    await writeFile(weightsFile(folder, wanted), 'something else');

    expect(await downloadWeights(wanted, options(folder))).toMatchObject({ fetched: true });
  });

  it('come from a mirror, below its path', async () => {
    const server = await goodServer();
    const wanted = entry(server, { address: 'https://nowhere.invalid/published/network.h5' });

    await downloadWeights(wanted, { ...options(temporaryFolder()), mirror: `${server.address}/mirror/` });

    expect(server.asked).toEqual(['/mirror/published/network.h5']);
    expect(() => mirrored(wanted.address, 'ftp://server')).toThrow(ThawError);
  });

  it('are said to be unverified where their publisher states no hash', async () => {
    const server = await goodServer();
    const found = await downloadWeights(entry(server, { hash: null }), options(temporaryFolder()));
    expect(found).toMatchObject({ fetched: true, verified: false });
  });

  it.each<[string, (body: Buffer) => Parameters<typeof startServer>[0], Partial<PublishedWeights>, ErrorCode, string]>([
    [
      'another file than the one meant',
      (body) => (request, response) => sendBytes(request, response, Buffer.concat([body, Buffer.of(1)])),
      {},
      'weights.unreadable',
      'must have the sha256',
    ],
    [
      'a size beyond the one stated',
      () => (_, response) => void response.writeHead(200, { 'content-length': 1 << 30 }).write('x'),
      { mebibytes: 0.2 },
      'weights.missing',
      'would send 1073741824 bytes',
    ],
    [
      'more than it said, without a size',
      () => (_, response) => {
        response.writeHead(200);
        const more = (): void => {
          if (!response.destroyed) response.write(Buffer.alloc(1 << 20), more);
        };
        more();
      },
      { mebibytes: 2, hash: null },
      'weights.missing',
      'sent more than',
    ],
    [
      'nothing after a while',
      () => (_, response) => void response.writeHead(200, { 'content-length': 1000 }).write('x'),
      {},
      'weights.missing',
      'nothing came for 0.3 s',
    ],
    ['that there is none', () => (_, response) => void response.writeHead(404).end(), {}, 'weights.missing', '404'],
  ])('are refused from a server that sends %s', async (_, answer, changes, code, told) => {
    const server = await startServer(answer(BODY));
    const folder = temporaryFolder();
    const wanted = entry(server, changes);

    await expectError(() => downloadWeights(wanted, { ...options(folder), tries: 2 }), code, told);
    await expect(readFile(weightsFile(folder, wanted))).rejects.toThrow('ENOENT');
  });

  it('stop on the way when they are asked to, and keep what has come', async () => {
    const server = await startServer((_, response) => {
      response.setHeader('etag', TAG);
      response.writeHead(200, { 'content-length': BODY.length }).write(BODY.subarray(0, 70_000));
    });
    const folder = temporaryFolder();
    const controller = new AbortController();
    const wanted = entry(server);

    const download = downloadWeights(wanted, {
      ...options(folder),
      stallMilliseconds: 5000,
      signal: controller.signal,
      report: () => controller.abort(new Error('enough')),
    });

    await expect(download).rejects.toThrow('enough');
    expect((await readFile(`${weightsFile(folder, wanted)}.part`)).length).toBeGreaterThan(0);
  });

  it('are downloaded by one at a time, and taken over from a process that is gone', async () => {
    const server = await startServer((_, response) => {
      response.setHeader('etag', TAG);
      response.writeHead(200, { 'content-length': BODY.length }).write(BODY.subarray(0, 70_000));
    });
    const folder = temporaryFolder();
    const wanted = entry(server);
    const controller = new AbortController();
    const begun = Promise.withResolvers<undefined>();
    const first = downloadWeights(wanted, {
      ...options(folder),
      stallMilliseconds: 5000,
      signal: controller.signal,
      report: () => begun.resolve(undefined),
    });
    await begun.promise;

    await expectError(() => downloadWeights(wanted, options(folder)), 'run.busy', String(process.pid));

    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    // No process has a number this high.
    await writeFile(`${weightsFile(folder, wanted)}.lock`, '999999999');
    const good = await goodServer();
    expect(await downloadWeights({ ...wanted, address: entry(good).address }, options(folder))).toMatchObject({
      fetched: true,
    });
  });

  it('are not begun where there is no room for them', async () => {
    const server = await goodServer();
    const full = new ThawError('disk.full', 'no room', 'make some');
    const assertRoom = async (): Promise<void> => Promise.reject(full);

    await expect(downloadWeights(entry(server), { ...options(temporaryFolder()), assertRoom })).rejects.toBe(full);
  });

  it('are not had without a network, which is said with a way out', async () => {
    const server = await goodServer();
    const gone = entry(server, { address: 'http://127.0.0.1:9/network.h5' });

    await expectError(
      () => downloadWeights(gone, { ...options(temporaryFolder()), tries: 1 }),
      'weights.missing',
      'THAW_WEIGHTS_MIRROR',
    );
  });
});
