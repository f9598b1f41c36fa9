import type { RunStatus } from '../../shared/contract/run.ts';

/** Which status may follow which. `finished` and `failed` are final; what was stopped or interrupted may be resumed. */
const FOLLOWERS: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['running', 'stopped', 'failed', 'interrupted'],
  running: ['paused', 'finished', 'stopped', 'failed', 'interrupted'],
  paused: ['running', 'stopped', 'failed', 'interrupted'],
  stopped: ['queued'],
  interrupted: ['queued'],
  finished: [],
  failed: [],
};

/** The statuses in which some process must be alive for the run. */
const ACTIVE_STATUSES = ['queued', 'running', 'paused'] as const satisfies readonly RunStatus[];

/** The same, as SQL lists them. */
export const ACTIVE_LIST = ACTIVE_STATUSES.map((status) => `'${status}'`).join(', ');

export function isActive(status: RunStatus): boolean {
  return ACTIVE_STATUSES.some((active) => active === status);
}

export function mayFollow(from: RunStatus, to: RunStatus): boolean {
  return FOLLOWERS[from].includes(to);
}
