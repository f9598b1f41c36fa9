import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { EpochMetrics, StageEnding } from '../../shared/contract/run.ts';
import type { TrainingState } from './checkpoint.ts';
import { bestOf } from './early-stopping.ts';
import type { StageEnded } from './protocol.ts';

function ownHistory({ history, stageBegan }: TrainingState): readonly EpochMetrics[] {
  return history.filter(({ epoch }) => epoch > stageBegan);
}

/** `val_accuracy 0.912`; the loss of what has no accuracy. */
function figures({ val_accuracy, val_loss }: Pick<EpochMetrics, 'val_accuracy' | 'val_loss'>): string {
  const [name, value] = val_accuracy === null ? ['val_loss', val_loss] : ['val_accuracy', val_accuracy];
  return `${name} ${Number(value.toPrecision(4))}`;
}

/** What came of a stage. @param plan of the stage */
export function stageEnd(plan: TrainingPlan, state: TrainingState, ending: StageEnding): StageEnded {
  const best = bestOf(plan.earlyStopping, ownHistory(state));
  const lastEpoch = state.epoch > state.stageBegan ? state.epoch : null;
  return { stage: state.stage, lastEpoch, bestEpoch: best?.epoch ?? null, ending };
}

/** Why a stage ended before its last epoch, in words. @param name of the stage; null for a run of one piece */
export function earlyEnd({ earlyStopping, epochs }: TrainingPlan, state: TrainingState, name: string | null): string {
  if (!earlyStopping) throw new TypeError('A run without early stopping was stopped early.');
  const { monitor, patience } = earlyStopping;
  const what = name === null ? 'Training' : `Stage '${name}'`;
  const best = bestOf(earlyStopping, ownHistory(state));
  return `${what} ended after epoch ${state.epoch} of ${state.stageBegan + epochs}: ${monitor} has not become better for ${patience} epochs, since epoch ${best?.epoch ?? 0}.`;
}

/** What is said of a stage that brought nothing; null where one of its epochs is the best, or it is the first. */
export function madeWorse(plan: TrainingPlan, state: TrainingState, name: string): string | null {
  const { bestEpoch, stageBegan, history, baseline } = state;
  if (stageBegan === 0 || bestEpoch === null || bestEpoch > stageBegan) return null;
  const best = bestEpoch === 0 ? baseline : history.find(({ epoch }) => epoch === bestEpoch);
  const own = bestOf(plan.earlyStopping, ownHistory(state));
  const before = bestEpoch === 0 ? 'what the run began with' : `epoch ${bestEpoch} of before`;
  const held = best && own ? ` (${figures(own)} at epoch ${own.epoch}, ${figures(best)} there)` : '';
  const stays = bestEpoch === 0 ? 'it stays the best' : `the best stays epoch ${bestEpoch}`;
  return `Stage '${name}' never became better than ${before}${held}; ${stays}.`;
}

/** What is said of a run none of whose epochs is as good as what it began with. */
export function neverBetter(baseline: TrainingState['baseline']): string {
  const held = baseline ? ` (${figures(baseline)})` : '';
  return `No epoch became better than what the run began with${held}: that stays the best.`;
}
