/** A set-up that cannot go on: what happened, one line for every route that was tried, and what to do. */
export class SetUpError extends Error {
  /** @param {string} message @param {string} hint @param {ErrorOptions} [options] */
  constructor(message, hint, options) {
    super(message, options);
    this.name = 'SetUpError';
    this.hint = hint;
  }
}

/**
 * An error in one line: what a route that failed is told by. A failed request hides its reason in `cause`.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function oneLine(error) {
  if (!(error instanceof Error)) return String(error);
  const hidden = error.message === 'fetch failed' && error.cause instanceof Error ? error.cause : error;
  return (hidden.message || hidden.name).trim().replace(/\s*\n\s*/g, ' | ');
}

/** What the system answers when a folder cannot be written. */
const diskCodes = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'EDQUOT'];

/**
 * What a person is told when the set-up ends: what happened, then what to do about it.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function tellFailure(error) {
  if (error instanceof SetUpError) return `${error.message}\n${error.hint}`;
  const code = /** @type {{ code?: unknown }} */ (error)?.code;
  const onDisk = typeof code === 'string' && diskCodes.includes(code);
  const hint =
    'THAW_CACHE and THAW_HOME must name folders that can be written, on a disk with room (1.5 GB for the set-up).';
  return `The set-up failed: ${oneLine(error)}${onDisk ? `\n${hint}` : ''}`;
}
