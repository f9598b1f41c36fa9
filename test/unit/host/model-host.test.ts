import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServedModel } from '../../../src/engine/service/served-model.ts';
import { startModelHost, type ModelHost, type ModelHostLimits } from '../../../src/host/model-host.ts';

const TOKEN = 'a-token-of-the-test-4711';
const IMAGE = Uint8Array.of(1, 2, 3);
const facts: ServedModel['facts'] = {
  runId: 'one',
  checkpoint: 'best',
  epoch: 2,
  step: 8,
  network: 'any',
  classes: ['ants', 'bees'],
  input: { height: 32, width: 32 },
};

let host: ModelHost | null = null;
/** Answers once it is let: the network that is held. */
let network = Promise.resolve();
let asked = 0;

const predict: ServedModel['predict'] = async (files) => {
  asked += 1;
  await network;
  const classes = [{ name: 'ants', probability: 0.75 }];
  return files.map((file) => ({ path: file, imageId: null, classes, problem: null }));
};

async function start(limits: Partial<ModelHostLimits>): Promise<ModelHost> {
  network = Promise.resolve();
  host = await startModelHost({
    model: { facts, predict },
    first: IMAGE,
    port: 0,
    token: TOKEN,
    limits: { bodyBytes: 1000, seconds: 60, requests: 8, ...limits },
    onDefect: (error) => {
      throw error;
    },
  });
  asked = 0;
  return host;
}

function hold(): () => void {
  const held: PromiseWithResolvers<void> = Promise.withResolvers();
  network = held.promise;
  return held.resolve;
}

const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'image/png' };
const ask = (signal?: AbortSignal): Promise<Response> =>
  fetch(`${host?.url ?? ''}/predict`, { method: 'POST', body: IMAGE, headers, ...(signal && { signal }) });

/** Names of the files that lie there of what was sent. */
const sent = (): string[] =>
  readdirSync(tmpdir())
    .filter((name) => name.startsWith(`thaw-serve-${process.pid}-`))
    .flatMap((name) => readdirSync(path.join(tmpdir(), name)));

/** A request whose body has begun and does not end, and all that comes back until the other side hangs up. */
function unfinished(url: string): { readonly socket: Socket; readonly answer: Promise<string> } {
  const { hostname, port, host: name } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`POST /predict HTTP/1.1\r\nHost: ${name}\r\nAuthorization: Bearer ${TOKEN}\r\n`);
  socket.write('Content-Type: image/png\r\nContent-Length: 100\r\n\r\nhalf');
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(text));
  });
  return { socket, answer };
}

afterEach(async () => {
  await host?.close();
  host = null;
});

describe('a served model whose network takes its time', () => {
  it('says so when the time limit strikes, and goes on', async () => {
    await start({ seconds: 1 });
    const release = hold();
    const late = await ask();
    expect(late.status).toBe(503);
    expect(late.headers.get('retry-after')).toBe('1');
    expect(await late.json()).toMatchObject({ error: { code: 'server.late' } });
    expect(sent()).toEqual([]);
    release();
    expect((await ask()).status).toBe(200);
  });

  it('takes no more at once than it was told to, and answers those that it took', async () => {
    await start({ requests: 2 });
    const release = hold();
    const taken = [ask(), ask()];
    await expect.poll(() => sent().length).toBe(2);
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ error: { code: 'server.busy' } });
    release();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask()).status).toBe(200);
    expect(sent()).toEqual([]);
  });

  it('keeps nothing of one who has gone, and has room for another', async () => {
    await start({ requests: 1 });
    const release = hold();
    const gone = new AbortController();
    const left = ask(gone.signal);
    await expect.poll(() => asked).toBe(1);
    gone.abort();
    await expect(left).rejects.toThrow();
    await expect.poll(sent).toEqual([]);
    release();
    await expect.poll(async () => (await ask()).status).toBe(200);
  });

  it('answers what it has when it is closed, and leaves no folder', async () => {
    const { close } = await start({});
    const release = hold();
    const taken = ask();
    await expect.poll(() => asked).toBe(1);
    const closed = close();
    release();
    expect((await taken).status).toBe(200);
    await closed;
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`thaw-serve-${process.pid}-`))).toEqual([]);
  });
});

describe('a request that never becomes whole', () => {
  it('is cut off at the time limit', async () => {
    const { url } = await start({ seconds: 1, requests: 1 });
    const text = await unfinished(url).answer;
    expect(text).toContain('408 Request Timeout');
    expect(text).toContain('"code":"server.late"');
    await expect.poll(async () => (await ask()).status).toBe(200);
  });

  it('does not hold a server that closes', async () => {
    const { url, close } = await start({ seconds: 1, requests: 1 });
    const { answer } = unfinished(url);
    // It is known of once nobody else is let in.
    await expect.poll(async () => (await ask()).status).toBe(503);
    await close();
    await answer;
  });
});
