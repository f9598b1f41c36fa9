import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DownloadedWeights, PublishedWeights } from '../../../shared/contract/published-weights.ts';
import { explainDiskError, ThawError } from '../../../shared/errors/thaw-error.ts';
import { holdDownload } from './download-lock.ts';
import { fetchFile, FinalError } from './fetch-file.ts';
import { hashFile } from './file-hash.ts';

const MEBIBYTE = 1 << 20;
/** No published network of the registry comes near it. */
const LARGEST_FILE = 4096 * MEBIBYTE;

export interface DownloadOptions {
  /** Where weights are kept, each below its framework's name. */
  readonly folder: string;
  /** Takes the place of the address' server and stands before its path; see `mirrored`. */
  readonly mirror?: string | undefined;
  readonly signal: AbortSignal;
  readonly report: (done: number, total: number, detail?: string) => void;
  /** Called with what is still to come. @throws ThawError `disk.full` */
  readonly assertRoom: (bytes: number) => Promise<void>;
  readonly tries?: number;
  readonly connectMilliseconds?: number;
  readonly stallMilliseconds?: number;
  /** Before the second try; doubled after each. */
  readonly pauseMilliseconds?: number;
}

/** Where a file of the catalogue lies once it is here. */
export function weightsFile(folder: string, { framework, name }: PublishedWeights): string {
  return path.join(folder, framework, name);
}

/**
 * The address of the same path on another server.
 *
 * @param mirror `http://server/folder`
 * @throws ThawError `usage.invalid`
 */
export function mirrored(address: string, mirror: string | undefined): string {
  if (mirror === undefined || mirror === '') return address;
  const base = URL.parse(mirror);
  if (!base || !['http:', 'https:'].includes(base.protocol)) {
    throw new ThawError(
      'usage.invalid',
      `THAW_WEIGHTS_MIRROR is the address of a server, with http or https; received '${mirror}'.`,
      'Set it to such an address, or unset it.',
    );
  }
  return `${base.origin}${base.pathname.replace(/\/$/, '')}${new URL(address).pathname}`;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // `fetch failed` says nothing; what failed stands below it.
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function unobtainable(entry: PublishedWeights, address: string, error: unknown): ThawError {
  return new ThawError(
    'weights.missing',
    `Weights that are not on this machine are downloaded; '${entry.name}' could not be had from ${address}: ${reason(error)}.`,
    'Connect to the network and try again (what has come is kept), set THAW_WEIGHTS_MIRROR to a server that has it, or download it by other means and name the file with --weights.',
    { cause: error },
  );
}

/** @throws ThawError `weights.unreadable` for a file of another hash, which is thrown away */
async function assertHash(part: string, entry: PublishedWeights, address: string, signal: AbortSignal): Promise<void> {
  if (!entry.hash) return;
  const { matches, found } = await hashFile(part, entry.hash, signal);
  if (matches) return;
  // What is wrong now stays wrong: a later try must not go on with it.
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
  throw new ThawError(
    'weights.unreadable',
    `${entry.name} must have the ${entry.hash.algorithm} ${entry.hash.hex} that its publisher states; ${address} sent a file with ${found}.`,
    'It was thrown away. Try again, or another mirror; if it stays so, the publisher may have replaced the file.',
  );
}

async function isHere(file: string, entry: PublishedWeights, signal: AbortSignal): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile() || found.size === 0) return false;
  return entry.hash === null || (await hashFile(file, entry.hash, signal)).matches;
}

/**
 * Downloads published weights, unless they are here: into a part that a later call goes on with, held to the stated hash, then
 * renamed. Without network what is here is used, for nothing is asked of it.
 *
 * @throws ThawError `weights.missing` where they cannot be had, `weights.unreadable` for another file than the one meant,
 *   `usage.invalid` for a mirror that is no address, `run.busy` while another downloads it, `disk.full`, `disk.readOnly`
 */
export async function downloadWeights(entry: PublishedWeights, options: DownloadOptions): Promise<DownloadedWeights> {
  const { folder, mirror, signal, report, assertRoom, tries = 4, pauseMilliseconds = 1000 } = options;
  const { connectMilliseconds = 15_000, stallMilliseconds = 30_000 } = options;
  const file = weightsFile(folder, entry);
  const done = async (fetched: boolean): Promise<DownloadedWeights> => ({
    entry,
    path: file,
    bytes: (await stat(file)).size,
    fetched,
    verified: entry.hash !== null,
  });
  if (await isHere(file, entry, signal)) return done(false);
  const address = mirrored(entry.address, mirror);
  const part = `${file}.part`;
  // A rounded size, and room for how it was rounded.
  const limit = entry.mebibytes === null ? LARGEST_FILE : Math.ceil((entry.mebibytes * 1.01 + 1) * MEBIBYTE);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await using stack = new AsyncDisposableStack();
    stack.use(await holdDownload(`${file}.lock`, entry.name));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const stalls = { connectMilliseconds, stallMilliseconds };
        await fetchFile(address, part, { limit, signal, report, assertRoom, ...stalls });
        break;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ThawError || isDiskError(error)) throw error;
        if (error instanceof FinalError || attempt >= tries) throw unobtainable(entry, address, error);
        report(0, 1, `${reason(error)}; trying again (${attempt + 1} of ${tries})`);
        await wait(pauseMilliseconds * 2 ** (attempt - 1), undefined, { signal });
      }
    }
    await assertHash(part, entry, address, signal);
    await rename(part, file);
    await rm(`${part}.json`, { force: true });
  } catch (error) {
    throw explainDiskError(error, `keep ${entry.name}`);
  }
  return done(true);
}

function isDiskError(error: unknown): boolean {
  return (
    error instanceof Error && 'syscall' in error && ['open', 'write', 'fsync', 'mkdir'].includes(String(error.syscall))
  );
}
