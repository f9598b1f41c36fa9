import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** A run whose checkpoint later ones go on from. */
export interface Ancestor {
  readonly runId: string;
  readonly name: string;
  readonly dataset: string;
  readonly createdAt: number;
}

/** Where weights come from: runs, the last one first, and what the first of them began with. */
export interface Lineage {
  readonly runs: readonly Ancestor[];
  readonly origin:
    | Exclude<TrainingPlan['weights'], { kind: 'run' }>
    /** A run that is no longer in the log. */
    | { readonly kind: 'gone'; readonly runId: string }
    /** There are more runs before these. */
    | { readonly kind: 'earlier' };
}

/** Longer ones are told by their last runs. */
const MOST_RUNS = 8;

/** Follows a run's weights back to where they came from. */
export async function lineageOf(transport: Pick<Transport, 'invoke'>, runId: string): Promise<Lineage> {
  const runs: Ancestor[] = [];
  for (let next = runId; runs.length < MOST_RUNS;) {
    const found = await transport.invoke('runs.show', { runId: next }).catch((error: unknown) => {
      if (error instanceof ThawError && error.code === 'run.unknown') return null;
      throw error;
    });
    if (found === null) return { runs, origin: { kind: 'gone', runId: next } };
    const { summary, plan } = found;
    const { name, dataset, createdAt } = summary;
    runs.push({ runId: next, name, dataset, createdAt });
    if (plan.weights.kind !== 'run') return { runs, origin: plan.weights };
    next = plan.weights.runId;
  }
  return { runs, origin: { kind: 'earlier' } };
}
