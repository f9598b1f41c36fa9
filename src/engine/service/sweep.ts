import { MOST_SWEPT, type SweepValues } from '../../shared/contract/queue.ts';
import type { FreezeRule, TrainingPlan } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** One value of each that is swept. */
export type Combination = { readonly [Key in keyof SweepValues]?: NonNullable<SweepValues[Key]>[number] };

/** The outermost first: what is compared most, seeds, lies side by side. */
const ORDER = ['strategy', 'boundary', 'learningRate', 'seed'] as const satisfies readonly (keyof SweepValues)[];

const NAMES: Readonly<Record<keyof SweepValues, string>> = {
  strategy: 'strategy',
  boundary: 'boundary',
  learningRate: 'learning rate',
  seed: 'seed',
};

/**
 * Each value with each of the others, doubles once.
 *
 * @throws ThawError `usage.invalid` where nothing is swept, or where it is too much
 */
export function combinations(values: SweepValues): readonly Combination[] {
  const swept = ORDER.filter((key) => values[key] !== undefined);
  const count = swept.reduce((product, key) => product * new Set<unknown>(values[key]).size, 1);
  if (swept.length === 0 || count > MOST_SWEPT) {
    throw new ThawError(
      'usage.invalid',
      `A sweep goes through listed values of ${Object.values(NAMES).join(', ')}, at most ${MOST_SWEPT} runs; received ${swept.length === 0 ? 'none' : `values that make ${count}`}.`,
      swept.length === 0 ? 'Give values of at least one of them.' : 'Give fewer values, or sweep in several parts.',
    );
  }
  return swept.reduce<readonly Combination[]>(
    (made, key) =>
      made.flatMap((combination) =>
        [...new Set<unknown>(values[key])].map((value) => ({ ...combination, [key]: value })),
      ),
    [{}],
  );
}

/** What trains begins at that layer or block, or with that rule's layers; all below it is frozen. */
function boundaryRules(boundary: string): readonly FreezeRule[] {
  const pattern = /^(?:last:|from:)/.test(boundary) ? boundary : `from:${boundary}`;
  return [
    { action: 'freeze', pattern: '/./' },
    { action: 'thaw', pattern },
  ];
}

/** The plan with the values of one combination. */
export function sweptPlan(plan: TrainingPlanRequest, swept: Combination): TrainingPlanRequest {
  const { learningRate, strategy, boundary, seed } = swept;
  return {
    ...plan,
    ...(learningRate !== undefined && { optimizer: { ...plan.optimizer, learningRate } }),
    ...(strategy !== undefined && { strategy }),
    ...(boundary !== undefined && { rules: [...boundaryRules(boundary), ...(plan.rules ?? [])] }),
    ...(seed !== undefined && { seed }),
  };
}

/** A complete plan with the seed of a combination. */
export function withSeed(plan: TrainingPlan, { seed = plan.seed }: Combination): TrainingPlan {
  return { ...plan, seed };
}

/** What a stage calls that which a sweep goes through. */
const OF_STAGE = { strategy: 'strategy', boundary: 'rules', learningRate: 'learningRate' } as const;

/** @throws ThawError `usage.invalid` where a stage has of its own what is swept, which would change nothing of it then */
export function assertSwept(plan: TrainingPlanRequest, values: SweepValues): void {
  for (const key of ['strategy', 'boundary', 'learningRate'] as const) {
    const own = values[key] && plan.stages?.find((stage) => stage[OF_STAGE[key]] !== undefined);
    if (!own) continue;
    throw new ThawError(
      'usage.invalid',
      `A sweep sets the ${NAMES[key]} of every stage; the stage '${own.name}' has ${key === 'boundary' ? 'rules' : `a ${NAMES[key]}`} of its own.`,
      `Leave that out of the stages, or do not sweep the ${NAMES[key]}.`,
    );
  }
}

/** What a sweep is called that nobody named: `learning rate x3, seed x2`. */
export function sweepName(values: SweepValues): string {
  const parts = ORDER.flatMap((key) => (values[key] ? [`${NAMES[key]} ×${new Set<unknown>(values[key]).size}`] : []));
  return `Sweep: ${parts.join(', ')}`;
}
