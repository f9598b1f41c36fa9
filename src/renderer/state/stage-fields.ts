import type {
  EarlyStoppingPlan,
  FreezeRule,
  SchedulePlan,
  Strategy,
  TrainingStage,
} from '../../shared/contract/plan.ts';
import type { NumberField } from './number-field.ts';
import type { TypedRate } from './rate-draft.ts';

/** The figures that each stage has for itself. */
export const STAGE_FIGURES = [
  'learningRate',
  'rateBelowHead',
  'scheduleFactor',
  'scheduleEpochs',
  'schedulePatience',
  'scheduleDecay',
  'scheduleFloor',
  'warmupEpochs',
  'epochs',
  'patience',
] as const satisfies readonly NumberField[];

/** What is chosen of one stage, `null` for what is left to the engine. */
export interface StageChoices {
  readonly strategy: Strategy;
  readonly rules: readonly FreezeRule[];
  /** Rates of layers, where one share of the rate for all below the head does not say it. */
  readonly rates: readonly TypedRate[];
  readonly schedule: SchedulePlan['kind'] | null;
  readonly scheduleMonitor: EarlyStoppingPlan['monitor'] | null;
  readonly stopsEarly: boolean | null;
  readonly monitor: EarlyStoppingPlan['monitor'] | null;
}

/** What the form says of one stage; of the one that is chosen it stands in the plan's draft itself. */
export interface StageFields extends StageChoices {
  readonly typed: Readonly<Record<(typeof STAGE_FIGURES)[number], string>>;
}

export interface StageDraft extends StageFields {
  /** Tells stages apart that are moved and called alike. */
  readonly key: number;
  readonly name: string;
  readonly begins: TrainingStage['begins'];
}
