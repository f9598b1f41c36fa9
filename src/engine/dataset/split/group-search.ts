import { Worker } from 'node:worker_threads';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { foundBefore, keepFound } from './found-groups.ts';
import type { GroupAnswer, GroupSearch } from './group-worker.ts';
import { expectPattern, groupsOf } from './groups.ts';

/** A person types one pattern after the other, and each may be searched for until its time is over. */
const MOST_SEARCHES = 2;

interface Running extends GroupSearch {
  readonly result: Promise<readonly (string | null)[]>;
  readonly end: (reason: ThawError) => void;
}

/** Those that began longest ago first. */
const running: Running[] = [];

const superseded = (): ThawError =>
  new ThawError(
    'task.cancelled',
    'The search for groups was ended before it was done, for others were begun after it.',
    'Ask for it again.',
  );

function begin(search: GroupSearch): Running {
  const worker = new Worker(new URL('./group-worker.ts', import.meta.url), { workerData: search });
  const { promise, resolve, reject } = Promise.withResolvers<readonly (string | null)[]>();
  const close = (): void => {
    const place = running.indexOf(one);
    if (place >= 0) running.splice(place, 1);
    void worker.terminate();
  };
  const end = (reason: Error): void => {
    reject(reason);
    close();
  };
  const one: Running = { ...search, result: promise, end };
  worker.once('message', (answer: GroupAnswer) => {
    const outcome = 'groups' in answer ? answer.groups : ThawError.from(answer.error);
    keepFound(search.paths, search.pattern, outcome);
    if (outcome instanceof ThawError) reject(outcome);
    else resolve(outcome);
    close();
  });
  worker.once('error', end);
  worker.once('exit', () => end(new Error('A thread that searches for groups has ended.')));
  running.push(one);
  return one;
}

/** Whether a search under way will tell of all these paths. */
function tells({ paths: searched, pattern: own }: Running, paths: readonly string[], pattern: string): boolean {
  if (own !== pattern) return false;
  const known = new Set(searched);
  return paths.every((path) => known.has(path));
}

/**
 * As `groupsOf`, searched by a thread: one pattern may take seconds, which nobody else has to wait for. What it comes to is
 * known to `groupsOf` afterwards, for these paths or some of them.
 *
 * @throws ThawError as `groupsOf`; `task.cancelled` where others were begun since
 */
export async function searchGroups(paths: readonly string[], pattern: string): Promise<readonly (string | null)[]> {
  expectPattern(pattern);
  const before = foundBefore(paths, pattern);
  if (before) return before;
  const same = running.find((one) => tells(one, paths, pattern));
  if (same) {
    await same.result;
    return groupsOf(paths, pattern);
  }
  const { result } = begin({ paths, pattern });
  if (running.length > MOST_SEARCHES) running[0]?.end(superseded());
  return result;
}
