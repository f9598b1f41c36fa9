import { ThawError, type SerializedError } from '../../shared/errors/thaw-error.ts';

/**
 * The form in which an error leaves a process. An unforeseen one goes to standard error with its stack, which the engine
 * keeps in the log and shows nobody.
 *
 * @param doing what failed, to begin the message: `Training`
 */
export function serialized(error: unknown, doing: string): SerializedError {
  if (error instanceof ThawError) return error.toJSON();
  console.error(error);
  return {
    code: 'training.process',
    message: `${doing} failed in a way Thaw did not foresee: ${error instanceof Error ? error.message : String(error)}`,
    hint: "The log has the details ('thaw doctor' tells where); the run's last checkpoint is kept.",
  };
}
