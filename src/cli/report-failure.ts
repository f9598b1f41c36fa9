import { ThawError } from '../shared/errors/thaw-error.ts';
import { printable } from './output/format.ts';
import { emphasis } from './output/style.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: number;
}

async function describe(error: unknown, command: string): Promise<Failure> {
  if (error instanceof ThawError) return { ...error.toJSON(), exitCode: error.exitCode };
  const { writeErrorDetails } = await import('../engine/service/error-log.ts');
  const file = writeErrorDetails(error, command);
  return {
    code: 'unexpected',
    message: `Thaw failed in a way it did not foresee: ${error instanceof Error ? error.message : String(error)}`,
    hint: file === null ? 'Its details could not be written anywhere.' : `The details are in ${file}.`,
    exitCode: 1,
  };
}

/** Prints `error:` and `hint:` lines to the error output; never a stack. */
export function printFailure(failure: { readonly message: string; readonly hint: string }): void {
  const { stderr } = process;
  stderr.write(`${emphasis('error:', 'bad', stderr)} ${printable(failure.message)}\n`);
  if (failure.hint !== '') stderr.write(`${emphasis('hint:', 'quiet', stderr)} ${printable(failure.hint)}\n`);
}

/**
 * Tells a failure: for programs as a JSON document on the output, for people as two lines on the error output.
 *
 * @param told.command the words of the command, without what was given to it: what Thaw's own log may tell of it
 * @returns the exit code
 */
export async function reportFailure(
  error: unknown,
  { json, command }: { readonly json: boolean; readonly command: string },
): Promise<number> {
  const { exitCode, ...failure } = await describe(error, command);
  if (json) process.stdout.write(`${JSON.stringify({ error: failure })}\n`);
  else printFailure(failure);
  return exitCode;
}
