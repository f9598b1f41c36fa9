import { examineFile, type Examined, type FileState } from '../examine-file.ts';

/** Files for a thread to examine, as flat as threads are quick to hand over. */
export interface ScanBatch {
  /** Absolute. */
  readonly paths: readonly string[];
  /** Bytes, modified and changed of each file as it was known; NaN for one that was not. */
  readonly known: Float64Array;
}

/** For each file of a batch in turn; null for one that is as it was, which most are. */
export type ScanAnswer = readonly (Exclude<Examined, { kind: 'unchanged' }> | null)[];

export const NUMBERS_A_FILE = 3;

export function writeState(states: Float64Array, index: number, state: FileState | null): void {
  states.set(state ? [state.bytes, state.modified, state.changed] : [NaN, NaN, NaN], index * NUMBERS_A_FILE);
}

function readState(states: Float64Array, index: number): FileState | null {
  const [bytes = NaN, modified = NaN, changed = NaN] = states.subarray(
    index * NUMBERS_A_FILE,
    (index + 1) * NUMBERS_A_FILE,
  );
  return Number.isNaN(bytes) ? null : { bytes, modified, changed };
}

/** @param scratch overwritten */
export function scanBatch({ paths, known }: ScanBatch, scratch: Uint8Array): ScanAnswer {
  return paths.map((path, index) => {
    const examined = examineFile(path, readState(known, index), scratch);
    return examined.kind === 'unchanged' ? null : examined;
  });
}
