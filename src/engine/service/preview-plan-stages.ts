import type { CostEstimate, StagePreview } from '../../shared/contract/preview.ts';
import { stagePlan } from '../../shared/contract/stages.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import type { Network } from '../network/layer.ts';
import { checkStage, type CheckedStage } from './check-stages.ts';
import type { PlanDraft, ProblemList } from './preview-plan-draft.ts';

/** What a stage does and costs, once it is understood. */
type Described = Pick<StagePreview, 'boundary' | 'cost' | 'sentence'>;

/**
 * What each stage of a plan would do; one that is wrong is told at `stages.N` and left out.
 *
 * @param describe tells of one that is right, as of a plan of one piece
 */
export function previewStages(
  { plan, network }: PlanDraft,
  problems: ProblemList,
  describe: (draft: Pick<PlanDraft, 'plan'> & { readonly network: Network }, freeze: FreezePlan) => Described,
): { readonly stages: readonly StagePreview[]; readonly warnings: readonly string[] } {
  if (!network) return { stages: [], warnings: [] };
  const stages: StagePreview[] = [];
  const warnings: string[] = [];
  let before: FreezePlan | null = null;
  for (const [index, { name }] of plan.stages.entries()) {
    const previous: FreezePlan | null = before;
    const checked: CheckedStage | undefined = problems.attempt(`stages.${index}`, () =>
      checkStage(network, plan, index, previous),
    );
    before = checked?.freeze ?? null;
    if (!checked) continue;
    const { freeze } = checked;
    warnings.push(...checked.warnings);
    const described = describe({ plan: stagePlan(plan, index), network }, freeze);
    stages.push({ stage: index, name, layers: [...freeze.states], parameters: freeze.parameters, ...described });
  }
  return { stages, warnings };
}

function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
}

/**
 * What all stages cost together: the memory of the largest, the features of all, and the mean of their epochs.
 *
 * @param epochs of each
 * @returns null where one of them is not known
 */
export function costOfStages(costs: readonly (CostEstimate | null)[], epochs: readonly number[]): CostEstimate | null {
  const known = costs.flatMap((cost) => cost ?? []);
  const [first] = known;
  if (!first || known.length < costs.length) return null;
  const seconds = sum(known.map(({ epochSeconds }, index) => epochSeconds && epochSeconds * (epochs[index] ?? 0)));
  const all = epochs.reduce((total, own) => total + own, 0);
  return {
    ...first,
    memoryBytes: Math.max(...known.map(({ memoryBytes }) => memoryBytes)),
    epochSeconds: seconds && seconds / all,
    featureSeconds: sum(known.map(({ featureSeconds }) => featureSeconds)),
  };
}
