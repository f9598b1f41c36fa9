import { protocol, type Session } from 'electron';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { contentPolicy, MEDIA_TYPES } from '../shared/window/content-policy.ts';
import { WINDOW_SCHEME } from '../shared/window/desktop-ipc.ts';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** To be called before Electron is ready: our scheme is an origin of its own, as safe as https. */
export function announceWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: WINDOW_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** The file that a URL of the window names, or null for a place outside its folder. */
function fileOf(folder: string, url: string): string | null {
  const { pathname } = new URL(url);
  const file = path.join(folder, pathname === '/' ? 'index.html' : decodeURIComponent(pathname));
  return file.startsWith(folder + path.sep) && path.extname(file) in MEDIA_TYPES ? file : null;
}

async function answer(folder: string, url: string): Promise<Answer> {
  const headers = { 'content-security-policy': contentPolicy(), 'x-content-type-options': 'nosniff' };
  try {
    const file = fileOf(folder, url);
    if (file !== null) {
      const type = MEDIA_TYPES[path.extname(file)] ?? '';
      return { status: 200, headers: { ...headers, 'content-type': type }, body: await readFile(file) };
    }
  } catch {
    // A name that is no name, or no such file.
  }
  return { status: 404, headers: { ...headers, 'content-type': 'text/plain' }, body: Buffer.from('not found') };
}

/** Serves the built window to itself, with its policy as a header. */
export function serveWindowFiles({ protocol: own }: Session, folder: string): void {
  // Electron 22, the stand-in, has the older of the two ways only.
  if ((own.handle as typeof own.handle | undefined) !== undefined) {
    own.handle(WINDOW_SCHEME, async ({ url }) => {
      const { body, ...rest } = await answer(folder, url);
      return new Response(new Uint8Array(body), rest);
    });
    return;
  }
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way there
  own.registerBufferProtocol(WINDOW_SCHEME, (request, callback) => {
    void answer(folder, request.url).then(({ status, headers, body }) => {
      callback({ statusCode: status, headers, mimeType: headers['content-type']?.split(';')[0] ?? '', data: body });
    });
  });
}
