import type { Transport } from '../shared/contract/endpoint.ts';
import type { StrategyPlans } from '../shared/contract/group-results.ts';
import type { Strategy } from '../shared/contract/plan.ts';

type PlannedRun = StrategyPlans['runs'][number];

/** A trainer's start and end, about; its epochs are estimated by what they cost. */
const AROUND_SECONDS = 5;

/** How long runs of several strategies take in all: as those before took, or, of a strategy before its first, as is estimated. */
export class TimeLeft {
  readonly #runs: readonly PlannedRun[];
  readonly #estimates: ReadonlyMap<Strategy, number>;
  readonly #taken = new Map<Strategy, number[]>();

  private constructor(runs: readonly PlannedRun[], estimates: ReadonlyMap<Strategy, number>) {
    this.#runs = runs;
    this.#estimates = estimates;
  }

  /** Estimates the first run of each strategy. */
  static async of(engine: Transport, runs: readonly PlannedRun[]): Promise<TimeLeft> {
    const estimates = new Map<Strategy, number>();
    const [first] = runs;
    // What runs cost is known once the images are counted; a folder that cannot be opened is told when the first run begins.
    if (first)
      await engine.invoke('dataset.open', { dataset: first.plan.dataset ?? { kind: 'sample' } }).catch(() => null);
    for (const { strategy, plan } of runs) {
      if (estimates.has(strategy)) continue;
      const { cost, plan: complete } = await engine.invoke('plan.preview', plan);
      if (!complete || cost?.epochSeconds == null) continue;
      const seconds = (cost.featureSeconds ?? 0) + complete.epochs * cost.epochSeconds;
      estimates.set(strategy, AROUND_SECONDS + seconds);
    }
    return new TimeLeft(runs, estimates);
  }

  took(strategy: Strategy, seconds: number): void {
    this.#taken.set(strategy, [...(this.#taken.get(strategy) ?? []), seconds]);
  }

  /** Seconds that the runs from this one on take; null where nobody knows. */
  after(index: number): number | null {
    let sum = 0;
    for (const { strategy } of this.#runs.slice(index)) {
      const taken = this.#taken.get(strategy) ?? [];
      const each =
        taken.length > 0 ? taken.reduce((all, one) => all + one, 0) / taken.length : this.#estimates.get(strategy);
      if (each === undefined) return null;
      sum += each;
    }
    return sum;
  }
}
