import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';

const MOST_REDIRECTS = 5;

/** A refusal that trying again does not change. */
export class FinalError extends Error {}

export interface FetchFileOptions {
  /** Bytes; what is longer is not written. */
  readonly limit: number;
  /** Until the answer's headers are here. */
  readonly connectMilliseconds: number;
  /** The longest pause between two pieces of the body. */
  readonly stallMilliseconds: number;
  readonly signal: AbortSignal;
  readonly report: (done: number, total: number) => void;
  /** Called once with what is still to come, before it is written. @throws where there is no room */
  readonly assertRoom: (bytes: number) => Promise<void>;
}

/** What a half-downloaded file is a half of: the server's own mark of that version, and its address. */
interface PartMark {
  readonly address: string;
  readonly validator: string | null;
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}

async function readMark(file: string): Promise<PartMark | null> {
  try {
    const { address, validator } = JSON.parse(await readFile(file, 'utf8')) as Partial<PartMark>;
    if (typeof address === 'string') return { address, validator: typeof validator === 'string' ? validator : null };
  } catch {
    // Nobody marked it, or the mark was cut off: then the part is of nothing known.
  }
  return null;
}

/** Of the kind that `If-Range` takes: a strong ETag, or a date. */
function validatorOf(headers: Headers): string | null {
  const tag = headers.get('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  return headers.get('last-modified');
}

/** Which bytes of how many: those of the range that came back, or all of them. */
function extentOf({ status, headers }: Response): { readonly from: number; readonly total: number | null } {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  if (status !== 206) return { from: 0, total: Number.isFinite(length) ? length : null };
  const range = headers.get('content-range');
  // `bytes 100-199/200`, the whole size perhaps a star.
  const [, from, end, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range ?? '') ?? [];
  if (from === undefined) throw new FinalError(`an unreadable range came back: ${String(range)}`);
  return { from: Number(from), total: total === '*' ? Number(end) + 1 : Number(total) };
}

/** Follows redirects hop by hop: from what nobody on the way can rewrite to nothing that somebody may. */
async function fetchFollowed(address: string, init: RequestInit): Promise<Response> {
  let at = address;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await fetch(at, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, at);
    if (!next || !(next.protocol === 'https:' || (next.protocol === 'http:' && at.startsWith('http:')))) {
      throw new FinalError(`${new URL(at).host} leads to an address that is not encrypted, or none`);
    }
    at = next.href;
  }
  throw new FinalError(`${new URL(address).host} leads on more than ${MOST_REDIRECTS} times`);
}

function assertAnswer(response: Response, address: string): ReadableStream<Uint8Array> {
  if (response.ok && response.body !== null) return response.body;
  const message = `${new URL(address).host} answered ${response.status} ${response.statusText}`.trim();
  throw response.status >= 500 || response.status === 429 || response.status === 408
    ? new Error(message)
    : new FinalError(message);
}

/**
 * Goes on with `part` where it is a part of the same version of the file (RFC 9110, If-Range), else begins it anew.
 *
 * @throws Error what broke off, to be tried again; `FinalError` otherwise
 */
export async function fetchFile(address: string, part: string, options: FetchFileOptions): Promise<void> {
  const { limit, connectMilliseconds, stallMilliseconds, signal, report, assertRoom } = options;
  const markFile = `${part}.json`;
  const mark = await readMark(markFile);
  const here = mark?.address === address && mark.validator !== null ? await sizeOf(part) : 0;
  const pause = new AbortController();
  let timer = setTimeout(
    () => pause.abort(new Error(`no answer within ${connectMilliseconds / 1000} s`)),
    connectMilliseconds,
  );
  try {
    const response = await fetchFollowed(address, {
      // Without the first a server may compress the body, and byte ranges would count compressed bytes.
      headers: {
        'accept-encoding': 'identity',
        ...(here > 0 && { range: `bytes=${here}-`, 'if-range': mark?.validator ?? '' }),
      },
      signal: AbortSignal.any([signal, pause.signal]),
    });
    if (response.status === 416) {
      if (Number(/^bytes \*\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]) === here) return;
      await rm(markFile, { force: true });
      throw new Error('what was here is no part of the file');
    }
    const body = assertAnswer(response, address);
    const { from, total } = extentOf(response);
    if (from !== 0 && from !== here) throw new FinalError(`asked for bytes from ${here}, was sent those from ${from}`);
    if (from !== 0 && validatorOf(response.headers) !== mark?.validator) {
      await rm(markFile, { force: true });
      throw new Error('another version of the file came than the one that was begun');
    }
    if (total !== null && total > limit) throw new FinalError(`would send ${total} bytes, where ${limit} are the most`);
    await assertRoom((total ?? limit) - from);
    await writeFile(markFile, JSON.stringify({ address, validator: validatorOf(response.headers) } satisfies PartMark));
    const out = await open(part, from > 0 ? 'a' : 'w');
    let received = from;
    try {
      for await (const piece of body) {
        clearTimeout(timer);
        received += piece.length;
        if (received > limit) throw new FinalError(`sent more than ${limit} bytes`);
        await out.writeFile(piece);
        report(received, total ?? limit);
        timer = setTimeout(
          () => pause.abort(new Error(`nothing came for ${stallMilliseconds / 1000} s`)),
          stallMilliseconds,
        );
      }
      // A rename that outlives its bytes would leave a hole where weights should be.
      await out.sync();
      const { size } = await out.stat();
      if (size !== received) throw new Error(`${size} bytes were written of the ${received} that came`);
    } finally {
      await out.close();
    }
    if (total !== null && received !== total) throw new Error(`broke off after ${received} of ${total} bytes`);
  } catch (error) {
    throw pause.signal.aborted && !signal.aborted ? pause.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
