import type { TrainingPlan, TrainingStage } from '../../shared/contract/plan.ts';
import { stageCount, stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { freezePlan, type FreezePlan } from '../freeze/freeze-plan.ts';
import { rateFactors } from '../freeze/rate-factors.ts';
import { matchLayers } from '../freeze/rule.ts';
import type { Network } from '../network/layer.ts';

/** How people call a stage: `stage 2 'last blocks'`. */
function stageWords(stages: readonly TrainingStage[], stage: number): string {
  return `stage ${stage + 1} '${stages[stage]?.name ?? ''}'`;
}

/** What of a stage matters beside its mask, as text: its name and its epochs do not. */
function settingsOf({ learningRate, learningRateRules, schedule, warmupEpochs }: TrainingStage): string {
  return JSON.stringify([learningRate, learningRateRules, schedule, warmupEpochs]);
}

function isWithin(inner: ReadonlySet<string>, outer: ReadonlySet<string>): boolean {
  return [...inner].every((name) => outer.has(name));
}

/** The layer by which a stage is told: the first that its last rule of thawing means, else the lowest that trains. */
function toldBy(network: Network, { rules }: TrainingStage, { trainable }: FreezePlan): string {
  const thawing = rules.findLast(({ action }) => action === 'thaw');
  const meant = thawing ? matchLayers(thawing.pattern, network) : trainable;
  return network.layers.find(({ name }) => meant.has(name) && trainable.has(name))?.name ?? '';
}

/**
 * Looks whether a stage thaws something that did not train in the one before.
 *
 * @returns a warning for one that freezes alone; null where all is well
 * @throws ThawError `usage.invalid` for one that changes nothing
 */
function thawsSomething(
  network: Network,
  stages: readonly TrainingStage[],
  stage: number,
  [before, now]: readonly [FreezePlan, FreezePlan],
): string | null {
  const [previous, own] = [stages[stage - 1], stages[stage]];
  if (!previous || !own || settingsOf(previous) !== settingsOf(own)) return null;
  const isSmaller =
    isWithin(now.trainable, before.trainable) && isWithin(now.movingStatistics, before.movingStatistics);
  if (!isSmaller) return null;
  const layer = toldBy(network, own, now);
  const words = stageWords(stages, stage);
  const frozen = network.layers.find(({ name }) => before.trainable.has(name) && !now.trainable.has(name));
  if (frozen) return `The ${words} thaws nothing, and freezes '${frozen.name}' with all else as it was.`;
  if (before.movingStatistics.size > now.movingStatistics.size) return null;
  throw new ThawError(
    'usage.invalid',
    `A stage thaws something, or changes the learning rate; the ${words} does neither: '${layer}' trains in stage '${previous.name}' already.`,
    'Thaw more in it, give it another learning rate, or give its epochs to the stage before.',
  );
}

/** Names the stage that something is wrong with. */
function inStage<Value>(stages: readonly TrainingStage[], stage: number, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    const words = stageWords(stages, stage);
    throw new ThawError(error.code, `In ${words}: ${error.message}`, error.hint, { cause: error });
  }
}

/** A stage that was looked at. */
export interface CheckedStage {
  readonly freeze: FreezePlan;
  readonly warnings: readonly string[];
}

/**
 * Looks at one stage: its rules mean something, it leaves something to train, and it is of use after the one before.
 *
 * @param before what the stage before it freezes; null for the first, and where that is not known
 * @throws ThawError as `freezePlan` and `rateFactors`, with the stage named; `usage.invalid` for a stage that changes nothing
 */
export function checkStage(
  network: Network,
  plan: TrainingPlan,
  stage: number,
  before: FreezePlan | null,
): CheckedStage {
  const { stages } = plan;
  const { strategy, rules, learningRateRules, warmupEpochs, epochs } = stagePlan(plan, stage);
  const understand = (): FreezePlan => {
    const freeze = freezePlan(network, strategy, rules);
    rateFactors(network, freeze.trainable, learningRateRules);
    return freeze;
  };
  if (stages.length === 0) return { freeze: understand(), warnings: [] };
  const freeze = inStage(stages, stage, understand);
  const thawing = before && thawsSomething(network, stages, stage, [before, freeze]);
  const name = stages[stage]?.name ?? '';
  const warming =
    warmupEpochs >= epochs
      ? `The warm-up of stage '${name}' takes all of its ${epochs} epochs: no schedule follows it.`
      : null;
  return { freeze, warnings: [thawing, warming].flatMap((warning) => warning ?? []) };
}

/**
 * Looks at each stage of a plan before anything is begun; a plan of one piece is its own stage.
 *
 * @param network head included
 * @throws ThawError as `checkStage`
 */
export function checkStages(
  network: Network,
  plan: TrainingPlan,
): { readonly freezes: readonly FreezePlan[]; readonly warnings: readonly string[] } {
  const checked: CheckedStage[] = [];
  for (let stage = 0; stage < stageCount(plan); stage++) {
    checked.push(checkStage(network, plan, stage, checked.at(-1)?.freeze ?? null));
  }
  return { freezes: checked.map(({ freeze }) => freeze), warnings: checked.flatMap(({ warnings }) => warnings) };
}
