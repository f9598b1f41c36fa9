import type { Dirent } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import path from 'node:path';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { RunFile, RunFileKind, RunFiles } from '../../shared/contract/run-files.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readableReason } from '../dataset/dataset-files.ts';
import { readExports } from '../experiment/exports-reader.ts';
import type { ServiceContext } from './context.ts';

/** A run has tens of files; whatever else somebody put there need not all be told. */
const MOST_FILES = 2000;

/** What stands at a path within a run's folder, the first that fits. */
const KINDS: readonly (readonly [RegExp, RunFileKind])[] = [
  [/(?:^|\/)[^/]*\.part$|^predict-[^/]*$/, 'unfinished'],
  [/^checkpoints\/(?:starred\/)?step-\d+$/, 'checkpoint'],
  [/^checkpoints\/first$/, 'firstWeights'],
  [/^checkpoints\/index\.json$/, 'checkpointIndex'],
  [/^model\.json$/, 'model'],
  [/^program$/, 'program'],
  [/^dataset-edits\.json$/, 'edits'],
  [/^evaluation(?:\/[^/]+)?$/, 'evaluation'],
];

/** Folders whose parts are told one by one. */
const OPENED = new Set(['', 'checkpoints', 'checkpoints/starred', 'evaluation']);

function kindOf(relative: string): RunFileKind {
  return KINDS.find(([pattern]) => pattern.test(relative))?.[1] ?? 'other';
}

/** Looks at a run's folder no further than `MOST_FILES`, and never out of it: links are told as what they are. */
class FolderWalk {
  readonly found = new Map<string, RunFile>();
  cut = false;
  readonly #root: string;
  #seen = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param thing what the folder is part of; null where its parts are told one by one */
  async enter(relative: string, thing: string | null): Promise<void> {
    for await (const entry of await opendir(path.join(this.#root, relative))) {
      if (this.#seen >= MOST_FILES) {
        this.cut = true;
        return;
      }
      this.#seen += 1;
      await this.#take(entry, relative === '' ? entry.name : `${relative}/${entry.name}`, thing);
    }
  }

  async #take(entry: Dirent, at: string, thing: string | null): Promise<void> {
    if (entry.isDirectory()) {
      await this.enter(at, thing ?? (OPENED.has(at) ? null : at)).catch(ignoreGone);
      return;
    }
    const about = await lstat(path.join(this.#root, at)).catch(ignoreGone);
    if (about) this.#add(thing ?? at, about.size, Math.round(about.mtimeMs));
  }

  #add(at: string, bytes: number, writtenAt: number): void {
    const known = this.found.get(at) ?? { path: at, kind: kindOf(at), files: 0, bytes: 0, writtenAt: 0 };
    this.found.set(at, {
      ...known,
      files: known.files + 1,
      bytes: known.bytes + bytes,
      writtenAt: Math.max(known.writtenAt, writtenAt),
    });
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** A run under way replaces its files while they are looked at. */
function ignoreGone(error: unknown): undefined {
  if (isGone(error)) return undefined;
  throw error;
}

async function stands(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

/**
 * What a run has on disk: in its own folder, and what was exported from it.
 *
 * @throws ThawError `run.unknown`, `run.state` where the folder is there and cannot be read
 */
export async function showFiles(context: ServiceContext, { runId }: Request<'runs.files'>): Promise<RunFiles> {
  const written = readExports(context.log, runId);
  const folder = context.runDirectory(runId);
  const walk = new FolderWalk(folder);
  const exists = await walk.enter('', null).then(
    () => true,
    (error: unknown) => {
      if (isGone(error)) return false;
      throw new ThawError(
        'run.state',
        `What lies in a run's folder is told from the folder itself, but of '${folder}': ${readableReason(error)}.`,
        'Give yourself permission to read it, or look whether its disk is connected.',
        { cause: error },
      );
    },
  );
  const files = [...walk.found.values()].sort((first, second) => (first.path < second.path ? -1 : 1));
  return {
    folder,
    exists,
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    cut: walk.cut,
    exports: await Promise.all(
      written.map(async (one) => ({ ...one, exists: path.isAbsolute(one.path) ? await stands(one.path) : null })),
    ),
  };
}
