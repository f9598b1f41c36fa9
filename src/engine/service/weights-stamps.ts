import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { ServiceContext } from './context.ts';
import { stampOf } from './opened-weights.ts';
import { plannedParts, weightsPath } from './weights-path.ts';

/** What changes when a plan's weights do: where they lie, their sizes and times, and how they are mapped. @throws ThawError as `weightsPath` */
export async function weightsStamps(
  context: ServiceContext,
  plan: Pick<TrainingPlan, 'network' | 'weights'>,
): Promise<unknown> {
  const parts = await Promise.all(
    plannedParts(plan).map(async (part) => {
      const path = await weightsPath(context, part);
      const mapping = part.weights.kind === 'file' ? (part.weights.mapping ?? []) : [];
      return path === null ? null : { path, stamp: await stampOf(path), mapping };
    }),
  );
  return plan.weights.kind === 'fused' ? parts : (parts[0] ?? null);
}
