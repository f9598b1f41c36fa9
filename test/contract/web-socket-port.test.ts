import { request } from 'node:http';
import type { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WebHost } from '../../src/host/web-host.ts';
import { encodeMessage } from '../../src/shared/contract/codec.ts';
import type { Transport } from '../../src/shared/contract/endpoint.ts';
import { HEARTBEAT_MILLISECONDS, SILENCE_MILLISECONDS } from '../../src/shared/contract/heartbeat.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { letIn, openSocket, testWebHost, writeSmallWindow } from '../support/web-host.ts';

const ANSWER_BYTES = 2 ** 20;
const REQUESTS = 200;
/** Most of it lies between the two programs, in the system's own buffers. */
const MOST_UNREAD_BYTES = 64 * 2 ** 20;

let asked = 0;
/** An engine that answers each request for a picture with a megabyte. */
const engine: Transport = {
  invoke: () => {
    asked += 1;
    return Promise.resolve({
      bytes: new Uint8Array(ANSWER_BYTES),
      mediaType: 'image/png',
      width: 1,
      height: 1,
    } as never);
  },
  subscribe: () => () => undefined,
};

let host: WebHost;
let cookie = '';
const clients: Socket[] = [];
beforeAll(async () => {
  host = await testWebHost(engine, writeSmallWindow(path.join(temporaryFolder(), 'window')));
  cookie = await letIn(host);
});
afterEach(() => void vi.useRealTimers());
afterAll(() => {
  for (const client of clients) client.destroy();
});

/** A client that sends and reads only when it is told to: browsers read by themselves. */
function openRawSocket(): Promise<Socket> {
  const { host: authority, port } = new URL(host.address);
  const headers = {
    ...{ connection: 'Upgrade', upgrade: 'websocket', cookie, origin: `http://${authority}` },
    ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
  };
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path: '/engine', headers, agent: false });
    asking.on('upgrade', (_response, socket: Socket) => {
      clients.push(socket);
      resolve(socket);
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** A whole binary frame of a client; masked by zeros, which change nothing. @see RFC 6455, section 5.2 */
function frame(payload: Uint8Array): Buffer {
  const header = Buffer.from([0x82, 0x80 | 126, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

const picture = (id: number): Buffer =>
  frame(encodeMessage({ kind: 'invoke', id, name: 'image.bytes', request: { imageId: 'x', size: 64 } }));

describe('the socket of a browser', () => {
  it('asks nothing more of the engine while its answers are not read, and goes on once they are', async () => {
    const socket = await openRawSocket();
    socket.pause();
    for (let id = 0; id < REQUESTS; id += 1) {
      socket.write(picture(id));
      // Each on its way by itself: what has come in one piece is taken in one piece.
      await pause(2);
    }
    let before = -1;
    while (before !== asked) {
      before = asked;
      await pause(300);
    }
    expect(asked).toBeGreaterThan(0);
    expect(asked * ANSWER_BYTES).toBeLessThan(MOST_UNREAD_BYTES);
    socket.resume();
    await vi.waitUntil(() => asked === REQUESTS, { timeout: 20_000 });
    socket.destroy();
  });

  it('is let go when it has been silent for long, and kept while it says that it lives', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const silent = await openRawSocket();
    let gone = false;
    silent.on('close', () => (gone = true)).resume();
    const port = await openSocket(host, cookie);
    let lost = false;
    port.onClose(() => (lost = true));
    for (let time = 0; time <= SILENCE_MILLISECONDS + HEARTBEAT_MILLISECONDS; time += HEARTBEAT_MILLISECONDS) {
      vi.advanceTimersByTime(HEARTBEAT_MILLISECONDS);
      await pause(20);
    }
    await vi.waitUntil(() => gone);
    expect(lost).toBe(false);
    port.close();
  });
});
