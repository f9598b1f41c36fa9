/**
 * Every expected failure, as a code that programs can test. `unexpected` is a defect of Thaw, as a client is told of it.
 * `usage.*` codes end a command with exit code 2, all others with 1.
 */
export const ERROR_CODES = [
  'usage.invalid',
  'usage.noMatch',
  'dataset.missing',
  'dataset.empty',
  'dataset.classes',
  'dataset.images',
  'image.unreadable',
  'network.unknown',
  'network.invalid',
  'weights.missing',
  'weights.unreadable',
  'weights.mismatch',
  'features.unreadable',
  'features.mismatch',
  'graph.invalid',
  'runtime.missing',
  'runtime.failed',
  'training.diverged',
  'training.checkpoint',
  'training.process',
  'log.unreadable',
  'log.newer',
  'index.unreadable',
  'index.newer',
  'run.unknown',
  'run.state',
  'run.busy',
  'disk.readOnly',
  'disk.full',
  'memory.full',
  'set-up.failed',
  'task.cancelled',
  'file.notGranted',
  'file.tooLarge',
  'import.unreadable',
  'import.newer',
  'export.differs',
  'engine.lost',
  'unexpected',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The form in which an error crosses processes. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/**
 * An expected failure, told to a person: `message` is the rule and what was found, `hint` what to do about it.
 */
export class ThawError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ThawError';
    this.code = code;
    this.hint = hint;
  }

  toJSON(): SerializedError {
    return { code: this.code, message: this.message, hint: this.hint };
  }

  static from(serialized: SerializedError): ThawError {
    return new ThawError(serialized.code, serialized.message, serialized.hint);
  }

  /** 2 when the command itself was wrong, 1 when doing it failed. */
  get exitCode(): 1 | 2 {
    return this.code.startsWith('usage.') ? 2 : 1;
  }
}

/**
 * Turns the file system's refusals into errors a person can act on; anything else is returned as it came.
 *
 * @param doing what was being done, to complete "Could not ...": `write the checkpoint`
 */
export function explainDiskError(error: unknown, doing: string): unknown {
  // What was explained below is told once, by who knows what it was for.
  if (error instanceof ThawError && error.code.startsWith('disk.') && error.cause instanceof Error) {
    return explainDiskError(error.cause, doing);
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const found = error instanceof Error ? error.message : String(error);
  // TensorFlow passes on the system's words, not its codes.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL' || found.includes('No space left on device')) {
    return new ThawError(
      'disk.full',
      `Could not ${doing}: the disk is full (${found}).`,
      'Free some space, or set THAW_HOME and THAW_CACHE to folders on a larger disk.',
      { cause: error },
    );
  }
  if (
    code === 'EROFS' ||
    code === 'EACCES' ||
    code === 'EPERM' ||
    code === 'SQLITE_READONLY' ||
    code === 'SQLITE_CANTOPEN'
  ) {
    return new ThawError(
      'disk.readOnly',
      `Could not ${doing}: the place cannot be written (${found}).`,
      'Give yourself write permission there, or set THAW_HOME and THAW_CACHE to folders you own.',
      { cause: error },
    );
  }
  return error;
}

/** Ends a `switch` over a union: the compiler proves that no case is left. */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected case: ${JSON.stringify(value)}`);
}
