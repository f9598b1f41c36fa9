import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** A server on this machine alone. */
export interface FileServer {
  readonly address: string;
  /** What was asked for, as `PATH` or `PATH from BYTE`. */
  readonly asked: string[];
}

/** Serves until the tests of the file are over; `answer` may break the rules as it likes. */
export async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<FileServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    asked.push(`${request.url ?? ''}${start === undefined ? '' : ` from ${start}`}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Sends a body, or its rest when a range is asked for. */
export function sendBytes(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start >= body.length) {
    response.writeHead(416).end();
    return;
  }
  const rest = body.subarray(start);
  const range = { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` };
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length, ...(start > 0 ? range : {}) }).end(rest);
}
