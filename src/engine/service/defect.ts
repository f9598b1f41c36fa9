import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import { writeErrorDetails } from './error-log.ts';

/** Writes an error that nobody foresaw to the error log, and gives what a window is told of it. */
export function describeDefect(error: unknown): SerializedError {
  const file = writeErrorDetails(error, 'engine');
  return {
    code: 'unexpected',
    message: `Thaw failed in a way it did not foresee: ${error instanceof Error ? error.message : String(error)}`,
    hint: file === null ? 'Its details could not be written anywhere.' : `The details are in ${file}.`,
  };
}
