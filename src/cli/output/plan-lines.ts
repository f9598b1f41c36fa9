import type { AugmentationPlan, FreezeRule, OptimizerPlan, TrainingPlan } from '../../shared/contract/plan.ts';
import type { RunDetail } from '../../shared/contract/run.ts';
import { printable } from './format.ts';
import { table } from './table.ts';

const RULE_WORDS: Readonly<Record<FreezeRule['action'], string>> = {
  freeze: 'freeze',
  thaw: 'thaw',
  freezeStatistics: 'freeze statistics',
  thawStatistics: 'thaw statistics',
};

function optimizerWords(optimizer: OptimizerPlan): string {
  const momentum = optimizer.kind === 'sgd' ? `, momentum ${optimizer.momentum}` : '';
  const nesterov = optimizer.kind === 'sgd' && optimizer.nesterov ? ' (Nesterov)' : '';
  return `${optimizer.kind}, learning rate ${optimizer.learningRate}${momentum}${nesterov}`;
}

function augmentationWords({ horizontalFlip, randomResizedCrop }: AugmentationPlan): string {
  const crop = randomResizedCrop ? `cut to at least ${randomResizedCrop.smallestArea} of the area` : '';
  return [horizontalFlip ? 'mirrored at random' : '', crop].filter((part) => part !== '').join(', ');
}

/** What a plan does beyond the usual. */
function extraLines({ head, augmentation, earlyStopping }: TrainingPlan): readonly (readonly [string, string])[] {
  return [
    ...(head === 'softmax' ? [] : [['head', head] as const]),
    ...(augmentation ? [['training images', augmentationWords(augmentation)] as const] : []),
    ...(earlyStopping
      ? [['early stopping', `${earlyStopping.monitor}, patience ${earlyStopping.patience}`] as const]
      : []),
  ];
}

/** The plan of a run, and where it was made. */
export function planLines({ plan, environment, parentRunId }: RunDetail): string[] {
  const { optimizer, weights, dataset } = plan;
  const source =
    weights.kind === 'file' ? weights.path : weights.kind === 'run' ? `run:${weights.runId}` : weights.kind;
  const rows: (readonly [string, string])[] = [
    ['dataset', dataset.kind === 'folder' ? dataset.path : 'the sample that ships with Thaw'],
    ['weights', source],
    ['strategy', plan.strategy],
    ...plan.rules.map((rule) => [RULE_WORDS[rule.action], rule.pattern] as const),
    ['epochs', String(plan.epochs)],
    ['batch', `${plan.batchSize} (evaluation ${plan.evaluationBatchSize})`],
    ['optimizer', optimizerWords(optimizer)],
    ...extraLines(plan),
    ['seed', String(plan.seed)],
  ];
  if (parentRunId !== null) rows.push(['from run', parentRunId]);
  if (environment) {
    rows.push(['device', `${environment.device}, ${environment.cpu}, ${environment.cores} cores, ${environment.os}`]);
    rows.push([
      'made with',
      `Thaw ${environment.thaw}, TensorFlow ${environment.tensorflow}, Node ${environment.node}`,
    ]);
  }
  return table(rows.map(([name, value]) => [`  ${name}`, printable(value)]));
}
