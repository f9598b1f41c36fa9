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
