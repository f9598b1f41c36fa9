import type { RunDetail } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** Windows look at the last one, or at the one before it. */
const MOST_KEPT = 16;

/**
 * Runs that were refused before they began. The log, which holds runs that trained, knows nothing of them; a window that
 * followed one still finds what it was to be and why it was refused, for as long as this engine lives.
 */
export class RefusedRuns {
  readonly #details = new Map<string, RunDetail>();

  keep(detail: RunDetail): void {
    this.#details.set(detail.summary.runId, detail);
    const [oldest] = this.#details.keys();
    if (this.#details.size > MOST_KEPT && oldest !== undefined) this.#details.delete(oldest);
  }

  get(runId: string): RunDetail | undefined {
    return this.#details.get(runId);
  }

  /** @throws ThawError why it was refused, where it was */
  assertBegun(runId: string): void {
    const error = this.get(runId)?.result.error;
    if (error) throw ThawError.from(error);
  }
}
