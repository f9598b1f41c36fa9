/** The thread that searches paths for groups, once; how long that may take is bounded by the search itself. */
import { parentPort, workerData } from 'node:worker_threads';
import { ThawError, type SerializedError } from '../../../shared/errors/thaw-error.ts';
import { groupsOf } from './groups.ts';

export interface GroupSearch {
  readonly paths: readonly string[];
  readonly pattern: string;
}

export type GroupAnswer = { readonly groups: readonly (string | null)[] } | { readonly error: SerializedError };

function answerTo({ paths, pattern }: GroupSearch): GroupAnswer {
  try {
    return { groups: groupsOf(paths, pattern) };
  } catch (error) {
    if (error instanceof ThawError) return { error: error.toJSON() };
    throw error;
  }
}

// Written by who starts this thread.
parentPort?.postMessage(answerTo(workerData as GroupSearch));
