import type { RunStatus } from '../../shared/contract/run.ts';

/** Nothing more is told of a run in this state, unless it is resumed. */
export function hasEnded(status: RunStatus): boolean {
  switch (status) {
    case 'queued':
    case 'running':
    case 'paused':
      return false;
    case 'finished':
    case 'stopped':
    case 'failed':
    case 'interrupted':
      return true;
  }
}

/** A run in this state goes on from its last checkpoint, if it left one. */
export function canResume(status: RunStatus): boolean {
  return status === 'stopped' || status === 'interrupted';
}
