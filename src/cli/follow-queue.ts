import type { Transport } from '../shared/contract/endpoint.ts';
import type { RunEvent } from '../shared/contract/event.ts';
import type { RunStatus } from '../shared/contract/run.ts';
import { RunTeller } from './follow-run.ts';
import { printable, share } from './output/format.ts';
import { printJson } from './output/print.ts';
import { onStopSignal, SIGNAL_EXIT_CODES, type StopSignal } from './stop-signals.ts';

/** What became of a run of the queue. */
interface QueueOutcome {
  readonly runId: string;
  readonly status: RunStatus;
  readonly bestValAccuracy: number | null;
}

const ENDS: ReadonlySet<RunStatus> = new Set(['finished', 'stopped', 'failed', 'interrupted']);

/** Tells of one run after the other, each from its first event to its end. */
class QueueTeller {
  readonly outcomes: QueueOutcome[] = [];
  readonly #engine: Transport;
  readonly #json: boolean;
  #current: { readonly runId: string; readonly teller: RunTeller } | null = null;

  constructor(engine: Transport, json: boolean) {
    this.#engine = engine;
    this.#json = json;
  }

  async tell({ runId, body }: RunEvent): Promise<void> {
    const teller = await this.#tellerOf(runId);
    teller.tell(body);
    if (body.kind !== 'status' || !ENDS.has(body.status)) return;
    const { summary, result } = await this.#engine.invoke('runs.show', { runId });
    const { status, bestValAccuracy } = summary;
    this.outcomes.push({ runId, status, bestValAccuracy });
    const reached = bestValAccuracy === null ? '' : `, val_accuracy ${share(bestValAccuracy)}`;
    const why = result.error ? `: ${printable(result.error.message)}` : '';
    teller.line(`Run ${runId} ${status}${reached}${why}`);
    this.end();
  }

  line(text: string): void {
    (this.#current?.teller ?? new RunTeller(this.#json, 0)).line(text);
  }

  end(): void {
    this.#current?.teller.end();
    this.#current = null;
  }

  async #tellerOf(runId: string): Promise<RunTeller> {
    if (this.#current?.runId === runId) return this.#current.teller;
    this.end();
    const { plan } = await this.#engine.invoke('runs.show', { runId });
    const teller = new RunTeller(this.#json, plan.epochs);
    this.#current = { runId, teller };
    teller.line(`Run ${runId}: ${plan.network}, ${plan.strategy}`);
    return teller;
  }
}

function exitCodeOf(outcomes: readonly QueueOutcome[], signal: StopSignal | null): number {
  if (signal !== null) return SIGNAL_EXIT_CODES[signal];
  return outcomes.some(({ status }) => status === 'failed' || status === 'interrupted') ? 1 : 0;
}

/**
 * Works the queue off: begins what waits until nothing does, and tells of each run. A run that fails does not keep the next
 * from its turn. Ctrl+C stops the run under way, which can be resumed, and leaves the others waiting.
 *
 * @returns the exit code: 1 where a run failed
 */
export async function followQueue(engine: Transport, json: boolean): Promise<number> {
  const teller = new QueueTeller(engine, json);
  let told = Promise.resolve();
  const unsubscribe = engine.subscribe('run', (event) => {
    // What is told of a run waits for what is asked about it.
    told = told.then(() => teller.tell(event));
  });
  const stopped: { by: StopSignal | null } = { by: null };
  const unlisten = onStopSignal((signal) => {
    stopped.by ??= signal;
    const stop = async (): Promise<void> => {
      await engine.invoke('queue.hold', {});
      const { runId } = await engine.invoke('training.active', {});
      if (runId === null) return;
      teller.line('Stopping after this step and keeping the checkpoint; what waits goes on waiting.');
      await engine.invoke('training.stop', { runId });
    };
    // A run that has just ended by itself has nothing left to stop.
    stop().catch(() => undefined);
  });
  try {
    const { waiting } = await engine.invoke('queue.work', {});
    const { waiting: left } = await engine.invoke('queue.wait', {});
    await told;
    if (json) printJson(teller.outcomes);
    else if (waiting.length === 0 && teller.outcomes.length === 0) teller.line('Nothing waits.');
    else if (left.length > 0) teller.line(`${left.length} more wait: see \`thaw queue list\`.`);
    return exitCodeOf(teller.outcomes, stopped.by);
  } finally {
    teller.end();
    unsubscribe();
    unlisten();
  }
}
