import type { Transport } from '../../shared/contract/endpoint.ts';
import type { EvaluateRequest, EvaluationReport, StoredEvaluation } from '../../shared/contract/evaluate.ts';
import { Search } from './search.svelte.ts';

type Asking = Pick<Transport, 'invoke' | 'subscribe'>;

/** What is kept of the evaluations of one run, the one that is looked at, and the one under way. */
export class Evaluations {
  readonly runId: string;
  /** The newest first; null until it is known. */
  kept = $state.raw<readonly StoredEvaluation[] | null>(null);
  /** The one that is looked at; null where there is none. */
  chosen = $state<number | null>(null);
  /** Of the chosen one; null while it is read, and where nothing but its totals is kept. */
  report = $state.raw<EvaluationReport | null>(null);
  problem = $state.raw<unknown>(null);
  readonly running: Search<'evaluations.run'>;
  readonly #transport: Asking;
  #listing = 0;

  constructor(transport: Asking, runId: string) {
    this.#transport = transport;
    this.runId = runId;
    this.running = new Search(transport, 'evaluations.run');
  }

  /** The chosen one among those that are kept. */
  get stored(): StoredEvaluation | null {
    return this.kept?.find(({ evaluationId }) => evaluationId === this.chosen) ?? null;
  }

  /** Reads what is kept; what was chosen stays so where it is still there, else the newest is. A failure stands in `problem`. */
  async load(): Promise<void> {
    const listing = (this.#listing += 1);
    try {
      const kept = await this.#transport.invoke('evaluations.list', { runId: this.runId });
      if (listing !== this.#listing) return;
      this.kept = kept;
      const isThere = kept.some(({ evaluationId }) => evaluationId === this.chosen);
      // Of those whose images are known more is told.
      const first = kept.find((one) => one.kept) ?? kept[0];
      await this.choose(isThere ? this.chosen : (first?.evaluationId ?? null));
    } catch (problem) {
      if (listing === this.#listing) this.problem = problem;
    }
  }

  /** Looks at another one. */
  async choose(evaluationId: number | null): Promise<void> {
    if (evaluationId !== this.chosen) this.report = null;
    this.chosen = evaluationId;
    this.problem = null;
    if (evaluationId === null || this.stored?.kept !== true) return;
    try {
      const report = await this.#transport.invoke('evaluations.report', { runId: this.runId, evaluationId });
      if (this.chosen === evaluationId) this.report = report;
    } catch (problem) {
      if (this.chosen === evaluationId) this.problem = problem;
    }
  }

  /** Evaluates and looks at what came of it; a failure stands in `running.problem`. */
  async run(request: Omit<EvaluateRequest, 'runId' | 'taskId'>): Promise<void> {
    const before = this.running.found;
    await this.running.begin({ runId: this.runId, ...request });
    const { found } = this.running;
    if (found === null || found === before) return;
    this.chosen = found.evaluationId;
    this.report = found;
    this.problem = null;
    await this.load();
  }
}

const underWay = new WeakMap<Asking, Map<string, Evaluations>>();

/** The evaluations of a run; those that were left while one was under way, where it still is. */
export function evaluationsOf(transport: Asking, runId: string): Evaluations {
  const known = underWay.get(transport) ?? new Map<string, Evaluations>();
  underWay.set(transport, known);
  for (const [other, { running }] of known) if (running.progress === null) known.delete(other);
  const evaluations = known.get(runId) ?? new Evaluations(transport, runId);
  known.set(runId, evaluations);
  return evaluations;
}
