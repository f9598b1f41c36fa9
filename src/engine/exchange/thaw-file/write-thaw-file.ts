import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CarriedCheckpoints } from '../../../shared/contract/run-exchange.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Log } from '../../experiment/log.ts';
import { pointKeys, walkPoints, type PointsBy } from '../../experiment/points-reader.ts';
import { readRunDocument, type MetricDocument } from '../../experiment/run-document.ts';
import { readRun } from '../../experiment/run-reader.ts';
import { readIndex } from '../../training/checkpoint.ts';
import {
  CARRIED,
  CLASSES_DOCUMENT,
  FILES,
  isPlainPath,
  LARGEST_DOCUMENT,
  LARGEST_METRICS,
  MANIFEST,
  METRICS,
  MOST_FILES,
  NETWORK_DOCUMENT,
  PLAN_DOCUMENT,
  RUN_DOCUMENT,
  THAW_FILE_VERSION,
  type Manifest,
} from './manifest.ts';
import { ZipFileWriter } from './zip-file-writer.ts';

/** In one document, as each is read as a whole: so few that it stays far below what is read. */
const MOST_POINTS = 200_000;
const MOST_METRICS = 1000;

export interface ThawFileOptions {
  readonly runId: string;
  readonly runDirectory: string;
  readonly checkpoints: CarriedCheckpoints;
  /** How its network is kept, where it came from a file; null for one that every Thaw knows. */
  readonly network: Uint8Array | null;
  /** The version of this Thaw. */
  readonly thaw: string;
  readonly signal: AbortSignal;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A metric in parts of so many points at most. */
function* metricParts(log: Log, runId: string, by: PointsBy, key: string): Generator<MetricDocument> {
  const begin = (): MetricDocument => ({ by, key, position: [], epoch: [], value: [], time: [] });
  let document = begin();
  for (const page of walkPoints(log, runId, by, key)) {
    for (const { position, epoch, value, time } of page) {
      document.position.push(position);
      document.epoch.push(epoch);
      const infinite = value === Infinity ? 'Infinity' : '-Infinity';
      document.value.push(value === null || Number.isFinite(value) ? value : infinite);
      document.time.push(time);
    }
    if (document.position.length < MOST_POINTS) continue;
    yield document;
    document = begin();
  }
  if (document.position.length > 0) yield document;
}

/** All metrics by steps, or by epochs, as documents of several. */
function* metricDocuments(log: Log, runId: string, by: PointsBy): Generator<readonly MetricDocument[]> {
  let document: MetricDocument[] = [];
  let points = 0;
  for (const key of pointKeys(log, runId, by)) {
    for (const part of metricParts(log, runId, by, key)) {
      if (document.length === MOST_METRICS || points + part.position.length > MOST_POINTS) {
        if (document.length > 0) yield document;
        document = [];
        points = 0;
      }
      document.push(part);
      points += part.position.length;
    }
  }
  if (document.length > 0) yield document;
}

/** @throws ThawError `file.tooLarge` for what no Thaw would take in */
function assertImportable(name: string, bytes: number, files: Manifest['files']): void {
  const large = bytes > (name.startsWith(METRICS) ? LARGEST_METRICS : LARGEST_DOCUMENT);
  if (!large && files.length < MOST_FILES) return;
  throw new ThawError(
    'file.tooLarge',
    large
      ? `A document of a .thaw file has at most ${LARGEST_DOCUMENT} bytes, so that it can be read again; '${name}' would have ${bytes}.`
      : `A .thaw file has at most ${MOST_FILES} files, so that it can be read again; this run would have more.`,
    'Export its figures as CSV, JSON or event files of TensorBoard; its checkpoints lie in its folder.',
  );
}

/** The files below a folder, by their paths in it; links are left where they are. */
async function filesBelow(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
    // A run that ended before its first step has none.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const found: string[] = [];
  for (const entry of entries) {
    const place = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, place)));
    else if (entry.isFile()) found.push(place);
  }
  return found.sort();
}

async function carriedFiles({ runDirectory, checkpoints }: ThawFileOptions): Promise<readonly string[]> {
  const index = await readIndex(runDirectory);
  const kept = new Set([index?.last, index?.best, 'first', 'index.json']);
  const isCarried = (place: string): boolean => {
    if (!isPlainPath(place) || !CARRIED.some((pattern) => pattern.test(place))) return false;
    const [top, within = ''] = place.split('/');
    if (top !== 'checkpoints') return true;
    if (checkpoints === 'none') return false;
    return kept.has(within) || (checkpoints === 'all' && within === 'starred');
  };
  return (await filesBelow(runDirectory)).filter(isCarried);
}

/**
 * Writes a run as one file that another Thaw opens: what the log knows, its plan and classes, its metrics and its
 * checkpoints, each with its SHA-256 in `manifest.json`.
 *
 * @returns the bytes it takes
 * @throws ThawError `run.unknown`, `run.state` while it is at work, `file.tooLarge`, or the file system's error
 */
export async function writeThawFile(log: Log, target: string, options: ThawFileOptions): Promise<number> {
  const { runId, runDirectory, checkpoints, network, thaw, signal } = options;
  const { summary, plan, result } = readRun(log, runId);
  if (summary.status === 'running' && checkpoints !== 'none') {
    throw new ThawError(
      'run.state',
      `A run is carried with its checkpoints while nobody replaces them; run '${runId}' is at work.`,
      'Wait until it has ended, pause it, or leave its checkpoints out (`--checkpoints none`).',
    );
  }
  const files: Manifest['files'] = [];
  const zip = await ZipFileWriter.create(target);
  try {
    const add = async (name: string, content: Buffer | Uint8Array): Promise<void> => {
      signal.throwIfAborted();
      assertImportable(name, content.length, files);
      files.push({ path: name, ...(await zip.add(name, content)) });
    };
    await add(RUN_DOCUMENT, json(readRunDocument(log, runId)));
    await add(PLAN_DOCUMENT, json(plan));
    await add(CLASSES_DOCUMENT, json(result.dataset?.classes ?? []));
    if (network) await add(NETWORK_DOCUMENT, network);
    for (const by of ['step', 'epoch'] as const) {
      let count = 0;
      for (const document of metricDocuments(log, runId, by)) {
        count += 1;
        await add(`${METRICS}${by}-${count}.json`, json(document));
      }
    }
    for (const place of await carriedFiles(options)) {
      assertImportable(place, 0, files);
      const file = path.join(runDirectory, place);
      files.push({ path: `${FILES}${place}`, ...(await zip.addFile(`${FILES}${place}`, file, signal)) });
    }
    const manifest: Manifest = {
      format: 'thaw-run',
      schemaVersion: THAW_FILE_VERSION,
      thaw,
      writtenAt: new Date().toISOString(),
      run: { id: runId, name: summary.name },
      checkpoints,
      files,
    };
    await zip.add(MANIFEST, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    return await zip.close();
  } catch (error) {
    await zip.discard();
    throw error;
  }
}
