import type { RunEvent } from '../../shared/contract/event.ts';
import type { RunSummary } from '../../shared/contract/run.ts';
import type { Host } from '../transport/host.ts';
import { filterRuns, NEWEST_FIRST, NO_FILTER, sortRuns } from '../views/runs/run-order.ts';
import { Batch } from './batch.ts';
import { hasEnded } from './run-status.ts';

/** As many as the engine gives at once. */
const RUNS_AT_MOST = 10_000;
const APPLY_INTERVAL_MILLISECONDS = 500;

/** All runs of the log, as the Runs view shows them; kept up to date by what runs tell. */
export class RunsController {
  all = $state.raw<readonly RunSummary[] | null>(null);
  problem = $state.raw<unknown>(null);
  loading = $state(false);
  order = $state.raw(NEWEST_FIRST);
  filter = $state.raw(NO_FILTER);
  /** The run that the keyboard stands on. */
  cursor = $state<string | null>(null);
  readonly #host: Host;
  readonly #batch = new Batch<RunEvent>(APPLY_INTERVAL_MILLISECONDS, (told) => this.#follow(told));
  #again = false;

  constructor(host: Host) {
    this.#host = host;
  }

  // No $derived: it would belong to the view that made this, and go stale with it.
  /** What fits the filter, in order; computed anew each time. */
  get shown(): readonly RunSummary[] {
    return sortRuns(filterRuns(this.all ?? [], this.filter), this.order);
  }

  get interrupted(): readonly RunSummary[] {
    return (this.all ?? []).filter(({ status }) => status === 'interrupted');
  }

  /** Reads the list, and again whenever it may have changed. @returns the function that ends this */
  begin(): () => void {
    const ends = [
      this.#host.transport.subscribe('run', (event) => {
        if (event.body.kind === 'status' || event.body.kind === 'epoch') this.#batch.push([event]);
      }),
      () => this.#batch.clear(),
      this.#host.onConnection((state) => {
        if (state !== 'lost') void this.load();
      }),
    ];
    void this.load();
    return () => {
      for (const end of ends) end();
    };
  }

  async load(): Promise<void> {
    if (this.loading) {
      this.#again = true;
      return;
    }
    this.loading = true;
    try {
      do {
        this.#again = false;
        this.all = (await this.#host.transport.invoke('runs.list', { limit: RUNS_AT_MOST })).runs;
      } while (this.#wanted());
      this.problem = null;
    } catch (error) {
      this.problem = error;
    } finally {
      this.loading = false;
    }
  }

  // A method, since the flag changes while an answer is awaited, which the compiler does not see.
  #wanted(): boolean {
    return this.#again;
  }

  #follow(told: readonly RunEvent[]): void {
    const named = new Set(told.map(({ runId }) => runId));
    const known = new Set((this.all ?? []).map(({ runId }) => runId));
    const changed = told.some(
      ({ runId, body }) => body.kind === 'status' && (!known.has(runId) || hasEnded(body.status)),
    );
    if (changed) {
      void this.load();
      return;
    }
    this.all = (this.all ?? []).map((run) => (named.has(run.runId) ? told.reduce(applied, run) : run));
  }
}

/** A run's line after something was told, if it was of this run. */
function applied(run: RunSummary, { runId, body }: RunEvent): RunSummary {
  if (runId !== run.runId) return run;
  if (body.kind === 'status') return { ...run, status: body.status, endedAt: null };
  if (body.kind !== 'epoch') return run;
  const { epoch, val_accuracy } = body.metrics;
  return { ...run, epochsDone: epoch, bestValAccuracy: body.best ? val_accuracy : run.bestValAccuracy };
}

const controllers = new WeakMap<Host, RunsController>();

/** The list of a window: its order and filter outlive the view. */
export function runsOf(host: Host): RunsController {
  const controller = controllers.get(host) ?? new RunsController(host);
  controllers.set(host, controller);
  return controller;
}
