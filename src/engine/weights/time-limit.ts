import { createContext, Script } from 'node:vm';

const sandbox = { work: (): void => undefined };
createContext(sandbox);
const call = new Script('work()');

/** Work that did not end in time; what it was working on is in no known state. */
export class TimeLimitError extends Error {}

/**
 * Runs synchronous work and stops it when it takes too long, loops inside WebAssembly included: a damaged file can send a
 * parser round in circles, and nothing else on this thread could end that. One call costs about half a millisecond.
 *
 * @throws TimeLimitError, or what the work throws
 */
export function withTimeLimit<Result>(work: () => Result, milliseconds: number): Result {
  let outcome: { readonly result: Result } | null = null;
  sandbox.work = () => {
    outcome = { result: work() };
  };
  try {
    call.runInContext(sandbox, { timeout: milliseconds });
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    if (code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new TimeLimitError(`it was not over after ${milliseconds} ms`, { cause: error });
  }
  // Assigned inside the closure, which the compiler's flow analysis does not follow.
  return (outcome as unknown as { readonly result: Result }).result;
}
