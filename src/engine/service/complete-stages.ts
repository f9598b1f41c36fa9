import type { TrainingPlan, TrainingStage } from '../../shared/contract/plan.ts';
import type { TrainingStageRequest } from '../../shared/contract/plan-request.ts';
import { withStages } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { completeSchedule } from './complete-schedule.ts';

/** What a stage takes from the plan where it says nothing of it. */
type Usual = Pick<
  TrainingPlan,
  'strategy' | 'rules' | 'epochs' | 'optimizer' | 'learningRateRules' | 'schedule' | 'warmupEpochs' | 'earlyStopping'
>;

const MOST_EPOCHS = 100_000;

/**
 * Stages that say everything.
 *
 * @param place of the first of them in the plan
 * @throws ThawError `usage.invalid` for a later stage that is to begin from scratch
 */
export function completeStages(requests: readonly TrainingStageRequest[], usual: Usual, place = 0): TrainingStage[] {
  const stages = requests.map((request): TrainingStage => ({
    name: request.name,
    strategy: request.strategy ?? usual.strategy,
    rules: request.rules ?? [...usual.rules],
    epochs: request.epochs ?? usual.epochs,
    learningRate: request.learningRate ?? usual.optimizer.learningRate,
    learningRateRules: request.learningRateRules ?? [...usual.learningRateRules],
    schedule: request.schedule === undefined ? usual.schedule : completeSchedule(request.schedule),
    warmupEpochs: request.warmupEpochs ?? usual.warmupEpochs,
    earlyStopping: request.earlyStopping === undefined ? usual.earlyStopping : request.earlyStopping,
    begins: request.begins ?? 'best',
  }));
  const anew = stages.findIndex(({ strategy }, index) => strategy === 'scratch' && place + index > 0);
  if (anew === -1) return stages;
  throw new ThawError(
    'usage.invalid',
    `A stage after the first goes on with what is learnt; stage ${place + anew + 1} '${stages[anew]?.name ?? ''}' has the strategy 'scratch'.`,
    "Let it have the strategy 'finetune', in which everything trains too.",
  );
}

/**
 * The plan in these stages: see `withStages`.
 *
 * @throws ThawError `usage.invalid` for more epochs than a run may have
 */
export function planInStages(plan: TrainingPlan, stages: readonly TrainingStage[]): TrainingPlan {
  const staged = withStages(plan, stages);
  if (staged.epochs <= MOST_EPOCHS) return staged;
  throw new ThawError(
    'usage.invalid',
    `A run has at most ${MOST_EPOCHS.toLocaleString('en-US')} epochs; its stages have ${staged.epochs.toLocaleString('en-US')} together.`,
    'Give them fewer.',
  );
}
