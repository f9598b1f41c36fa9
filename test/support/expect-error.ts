import { expect } from 'vitest';
import { ThawError, type ErrorCode } from '../../src/shared/errors/thaw-error.ts';

/** Runs what must fail, and holds its error against the code and the words that a person needs to see in it. */
export async function expectError(work: () => unknown, code: ErrorCode, ...words: readonly string[]): Promise<void> {
  let error: unknown = null;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, 'nothing was thrown').not.toBeNull();
  if (!(error instanceof ThawError)) throw error;
  expect(error.code).toBe(code);
  const told = `${error.message} ${error.hint}`;
  for (const word of words) expect(told).toContain(word);
  expect(told).not.toMatch(/HDF5-DIAG|at .*\.ts:\d|\[object Object\]/);
}
