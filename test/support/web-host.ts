import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll } from 'vitest';
import { startWebHost, type WebHost } from '../../src/host/web-host.ts';
import type { Port } from '../../src/shared/contract/wire.ts';
import type { Transport } from '../../src/shared/contract/endpoint.ts';

export const information = { kind: 'web', thaw: '0', electron: null, standIn: false, platform: 'linux' } as const;

/** A folder with the files of a window that does nothing. */
export function writeSmallWindow(folder: string): string {
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Thaw</title>');
  writeFileSync(path.join(folder, 'assets/main-0a1b2c.js'), 'export {};');
  writeFileSync(path.join(folder, 'notes.secret'), 'not for the window');
  return folder;
}

/** A web host for the tests of one file; unforeseen errors fail the test that caused them. */
export async function testWebHost(transport: Transport, folder: string, address = '127.0.0.1'): Promise<WebHost> {
  const host = await startWebHost({
    transport,
    information,
    folder,
    address,
    port: 0,
    onDefect: (error) => ({ code: 'unexpected', message: String(error), hint: '' }),
  });
  afterAll(() => host.close());
  return host;
}

/** Lets a browser in by the printed address. @returns the cookie it sends from then on */
export async function letIn(host: WebHost): Promise<string> {
  const answer = await fetch(host.address, { redirect: 'manual' });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** Opens the engine's socket with the window's own code, as a browser that was let in. */
export async function openSocket(host: WebHost, cookie: string): Promise<Port> {
  const origin = new URL(host.address).origin;
  const { WebSocket: Plain } = globalThis;
  globalThis.WebSocket = class extends Plain {
    constructor(address: string | URL) {
      // What a browser adds by itself; the type of the platform knows browsers' constructors only.
      super(address, { headers: { cookie, origin } });
    }
  };
  try {
    const { openWebSocketPort } = await import('../../src/renderer/transport/web-socket-port.ts');
    return await openWebSocketPort(`ws://${new URL(host.address).host}/engine`);
  } finally {
    globalThis.WebSocket = Plain;
  }
}
