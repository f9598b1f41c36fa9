import {
  PLAN_SCHEMA_VERSION,
  type AugmentationPlan,
  type OptimizerPlan,
  type Strategy,
  type TrainingPlan,
  type TrainingPlanRequest,
  type WeightsSource,
} from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DEFAULT_NETWORK, findNetwork, type NetworkEntry } from '../network/registry.ts';
import type { ResolvedPlanRequest } from './resolve-references.ts';

interface StrategyDefaults {
  readonly epochs: number;
  readonly dropout: number;
  readonly learningRate: Readonly<Record<OptimizerPlan['kind'], number>>;
}

/**
 * With these ants and bees reach 0.91 by `features` and by `finetune` of the last two blocks (means of 3 seeds). A head alone on few images
 * learns them by heart unless some of its features are dropped.
 */
const DEFAULTS: Readonly<Record<Strategy, StrategyDefaults>> = {
  features: { epochs: 30, dropout: 0.2, learningRate: { sgd: 0.005, adam: 0.001 } },
  finetune: { epochs: 15, dropout: 0.2, learningRate: { sgd: 0.005, adam: 0.001 } },
  scratch: { epochs: 30, dropout: 0, learningRate: { sgd: 0.01, adam: 0.001 } },
};

function invalid(message: string, hint: string): ThawError {
  return new ThawError('usage.invalid', message, hint);
}

function completeOptimizer(request: TrainingPlanRequest['optimizer'], defaults: StrategyDefaults): OptimizerPlan {
  const kind = request?.kind ?? 'sgd';
  const learningRate = request?.learningRate ?? defaults.learningRate[kind];
  switch (kind) {
    case 'sgd':
      return { kind, learningRate, momentum: request?.momentum ?? 0.9, nesterov: request?.nesterov ?? false };
    case 'adam':
      if (request?.nesterov === true) {
        throw invalid(
          'Nesterov momentum belongs to the optimizer sgd; received it with adam.',
          'Leave it out, or choose sgd.',
        );
      }
      if (request?.momentum !== undefined) {
        throw invalid(
          `Momentum belongs to the optimizer sgd; received momentum ${request.momentum} with adam.`,
          'Leave the momentum out, or choose sgd.',
        );
      }
      return { kind, learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  }
}

function completeWeights(
  requested: WeightsSource | undefined,
  strategy: Strategy,
  network: NetworkEntry,
): WeightsSource {
  if (strategy === 'scratch') return { kind: 'none' };
  if (requested === undefined || requested.kind === 'shipped') {
    if (network.shipped !== null) return { kind: 'shipped' };
    throw invalid(
      `The strategy '${strategy}' needs pretrained weights, and none ship for '${network.name}'.`,
      "Pass --weights FILE or --weights run:ID, or choose --strategy 'scratch'.",
    );
  }
  if (requested.kind === 'none') {
    throw invalid(
      `The strategy '${strategy}' needs pretrained weights; received none.`,
      "Pass --weights FILE or --weights run:ID, or choose --strategy 'scratch'.",
    );
  }
  return requested;
}

/** An augmentation that changes nothing is none, so that features are computed once all the same. */
function completeAugmentation(requested: AugmentationPlan | null | undefined): AugmentationPlan | null {
  return requested && (requested.horizontalFlip || requested.randomResizedCrop) ? requested : null;
}

/** What was asked for and is not used, in words. */
export function planWarnings(request: ResolvedPlanRequest, plan: TrainingPlan): readonly string[] {
  if (plan.strategy !== 'scratch' || request.weights === undefined || request.weights.kind === 'none') return [];
  return ["The strategy 'scratch' starts every layer anew: the weights given are not read."];
}

/**
 * Fills in what a caller left out, by strategy, so that the plan in the log says everything.
 *
 * @throws ThawError `network.unknown`, or `usage.invalid` for choices that contradict each other
 */
export function completePlan(request: ResolvedPlanRequest): TrainingPlan {
  const strategy = request.strategy ?? 'features';
  const network = findNetwork(request.network ?? DEFAULT_NETWORK);
  const defaults = DEFAULTS[strategy];
  return {
    schemaVersion: PLAN_SCHEMA_VERSION,
    dataset: request.dataset ?? { kind: 'sample' },
    network: network.name,
    weights: completeWeights(request.weights, strategy, network),
    strategy,
    rules: request.rules ?? [],
    epochs: request.epochs ?? defaults.epochs,
    batchSize: request.batchSize ?? 32,
    evaluationBatchSize: request.evaluationBatchSize ?? 64,
    optimizer: completeOptimizer(request.optimizer, defaults),
    head: request.head ?? 'softmax',
    augmentation: completeAugmentation(request.augmentation),
    earlyStopping: request.earlyStopping ?? null,
    dropout: request.dropout ?? defaults.dropout,
    seed: request.seed ?? 42,
    validationShare: request.validationShare ?? 0.2,
  };
}
