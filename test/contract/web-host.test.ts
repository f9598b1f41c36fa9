import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../src/engine/service/create-service.ts';
import type { WebHost } from '../../src/host/web-host.ts';
import { encodeMessage } from '../../src/shared/contract/codec.ts';
import { connect } from '../../src/shared/contract/connect.ts';
import { expectError } from '../support/expect-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { information, letIn, openSocket, testWebHost, writeSmallWindow } from '../support/web-host.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());

let host: WebHost;
let cookie = '';
beforeAll(async () => {
  host = await testWebHost(service.transport, writeSmallWindow(path.join(root, 'window')));
  cookie = await letIn(host);
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request with whatever headers: `fetch` would not send some of them. */
function ask(target: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: host.port, path: target, method, headers, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    asked.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: {}, body: '' });
    });
    asked.on('error', reject);
    asked.end();
  });
}

const own = (): string => `127.0.0.1:${host.port}`;
const upgrade = (): Record<string, string> => ({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
});

describe('the web host', () => {
  it('listens on this machine alone, and prints an address that holds the token', () => {
    const { hostname, searchParams } = new URL(host.address);
    expect(hostname).toBe('127.0.0.1');
    expect(searchParams.get('token')?.length).toBeGreaterThanOrEqual(43);
  });

  it('takes the token for a cookie that scripts cannot read, and leads to an address without it', async () => {
    const { status, headers } = await ask(`/${new URL(host.address).search}`, {});
    expect(status).toBe(303);
    expect(headers['location']).toBe('/');
    expect(headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(headers['set-cookie']?.[0]).not.toContain(new URL(host.address).searchParams.get('token'));
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  it.each([
    ['no cookie', () => ({})],
    ['a cookie of its own making', () => ({ cookie: `thaw-${host.port}=AAAA` })],
    ['the cookie of another port', () => ({ cookie: cookie.replace(/^thaw-\d+/, 'thaw-1') })],
  ])('shows nothing to a browser with %s', async (_name, headers) => {
    for (const target of ['/', '/assets/main-0a1b2c.js', '/host.json', '/?token=wrong', '/?token=']) {
      const { status, body } = await ask(target, headers());
      expect([target, status]).toEqual([target, 401]);
      expect(body).toContain('thaw serve');
    }
  });

  it.each([
    ['rebound.example:80', 421],
    ['rebound.example', 421],
    ['127.0.0.1', 421],
    ['127.0.0.1:1', 421],
  ])('refuses to be called %s', async (name, status) => {
    expect((await ask('/', { host: name, cookie })).status).toBe(status);
    expect((await ask('/engine', { ...upgrade(), host: name, origin: `http://${name}`, cookie })).status).toBe(status);
  });

  it.each(['http://elsewhere.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'answers no page of %s, not even to say what it would allow',
    async (origin) => {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const { status, headers } = await ask('/', { origin, cookie }, method);
        expect(status).toBe(403);
        expect(headers['access-control-allow-origin']).toBeUndefined();
      }
      expect((await ask('/engine', { ...upgrade(), origin, cookie })).status).toBe(403);
    },
  );

  it('opens its socket to its own page alone, let in before', async () => {
    const origin = `http://${own()}`;
    expect((await ask('/engine', { ...upgrade(), origin })).status).toBe(401);
    expect((await ask('/engine', { ...upgrade(), cookie })).status).toBe(403);
    expect((await ask('/engine', { ...upgrade(), origin, cookie })).status).toBe(101);
  });

  it('names an address for other machines only where it listens for them, and answers there', async () => {
    expect(host.outerAddresses).toEqual([]);
    const open = await testWebHost(service.transport, path.join(root, 'window'), '0.0.0.0');
    const outer = Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    expect(open.outerAddresses.length).toBeGreaterThanOrEqual(outer.length);
    for (const { address } of outer) {
      const named = open.outerAddresses.find((one) => new URL(one).hostname === address);
      expect((await fetch(named ?? '', { redirect: 'manual' })).status).toBe(303);
    }
  });

  it('serves the window with a strict policy', async () => {
    const { status, headers, body } = await ask('/', { cookie });
    expect(status).toBe(200);
    expect(body).toContain('<title>Thaw</title>');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect((await ask('/assets/main-0a1b2c.js', { cookie })).headers['cache-control']).toContain('immutable');
    expect(JSON.parse((await ask('/host.json', { cookie })).body)).toEqual(information);
  });

  it.each([
    '/notes.secret',
    '/../home/log',
    '/%2e%2e/home',
    '/..%2fhome',
    '/assets/../../home',
    '/assets/%00',
    '//etc/passwd',
    '/constructor',
  ])('has no file %s', async (target) => {
    const { status, body } = await ask(target, { cookie });
    expect(status).toBe(404);
    expect(body).not.toContain('not for the window');
  });

  it.each([
    ['no MessagePack', new Uint8Array([0xc1])],
    ['a message of another kind', encodeMessage({ kind: 'answer', id: 1 })],
    ['a call without an id', encodeMessage({ kind: 'invoke', name: 'runs.list', request: {} })],
    ['an array that claims four billion entries', new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])],
  ])('hangs up on a client that sends %s, and lives on', async (_name, bytes) => {
    const socket = new WebSocket(`ws://${own()}/engine`, { headers: { cookie, origin: `http://${own()}` } });
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.send(bytes);
    await closed;
    expect((await ask('/', { cookie })).status).toBe(200);
  });

  it('refuses what is under way when the connection ends', async () => {
    const short = await testWebHost(service.transport, path.join(root, 'window'));
    const transport = connect(await openSocket(short, await letIn(short)));
    const asked = expectError(() => transport.invoke('system.doctor', {}), 'engine.lost');
    await short.close();
    await asked;
    await expectError(() => transport.invoke('runs.list', {}), 'engine.lost');
  });

  it('says which port is taken', async () => {
    const { startWebHost } = await import('../../src/host/web-host.ts');
    await expectError(
      () =>
        startWebHost({
          transport: service.transport,
          information,
          folder: path.join(root, 'window'),
          address: '127.0.0.1',
          port: host.port,
          onDefect: () => ({ code: 'unexpected', message: '', hint: '' }),
        }),
      'usage.invalid',
      `${host.port} is taken`,
    );
  });

  it('says what to run where the window was not built', async () => {
    await expectError(
      () => testWebHost(service.transport, path.join(root, 'nothing')),
      'set-up.failed',
      'npm run build',
    );
  });
});
