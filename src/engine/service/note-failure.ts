import type { EndpointName } from '../../shared/contract/endpoint.ts';
import { ThawError, type ErrorCode } from '../../shared/errors/thaw-error.ts';
import { writeLocal } from './local-log.ts';

/** Failures of the machine or of Thaw's files. All others are answers to what was asked. */
const NOTED: ReadonlySet<ErrorCode> = new Set([
  'runtime.missing',
  'runtime.failed',
  'training.checkpoint',
  'training.process',
  'log.unreadable',
  'log.newer',
  'index.unreadable',
  'index.newer',
  'disk.readOnly',
  'disk.full',
  'memory.full',
  'set-up.failed',
]);

/** Keeps in the local log that a request failed, where that says something of this machine; defects are kept with their stack. */
export function noteFailure(home: string, name: EndpointName, error: unknown): void {
  if (!(error instanceof ThawError) || !NOTED.has(error.code)) return;
  writeLocal(home, 'warning', `${name}: ${error.code}: ${error.message}`);
}
