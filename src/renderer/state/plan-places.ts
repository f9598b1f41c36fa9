import type { PlanProblem } from '../../shared/contract/preview.ts';
import type { PlanDraft } from './plan-draft.ts';
import { isWeightPath } from './class-weights.ts';
import { NUMBER_FIELDS } from './number-field.ts';

/** Fields that have a place in the form, where their problems are shown. */
const PLACED = new Set<string>([
  ...Object.values(NUMBER_FIELDS).map((field) => field.path),
  ...['optimizer', 'optimizer.kind', 'optimizer.nesterov', 'optimizer.centered'],
  ...['loss', 'classWeights', 'gradientClipping', 'gradientClipping.kind'],
  ...['schedule', 'schedule.kind', 'schedule.monitor'],
  ...['earlyStopping', 'earlyStopping.monitor'],
  ...['augmentation', 'augmentation.horizontalFlip', 'augmentation.verticalFlip', 'augmentation.randomResizedCrop'],
  ...['augmentation.blur', 'augmentation.erasing', 'augmentation.fill'],
  ...['sampling', 'preprocessing', 'split', 'split.kind', 'groupPattern', 'head', 'weights', 'network'],
  ...['reuse', 'headWeights', 'evaluateFirst', 'classes'],
]);

/** Parts of the plan whose problems are all shown with them. */
const PARTS = ['stages', 'headDesign', 'learningRateRules', 'task', 'classes'];

/** Whether what is wrong at a field of the plan is shown at its place in the form. */
export function isPlaced(field: string): boolean {
  if (PLACED.has(field) || isWeightPath(field)) return true;
  return PARTS.some((part) => field === part || field.startsWith(`${part}.`));
}

/** Where what one field of the form says of a stage stands in the plan. */
function stagePath(stage: number, path: string): string {
  return `stages.${stage}.${path === 'optimizer.learningRate' ? 'learningRate' : path}`;
}

/** The engine's reason at one of these fields of the plan, or of its chosen stage; null where there is none. */
export function problemAt(
  problems: readonly PlanProblem[],
  { stages, stage }: Pick<PlanDraft, 'stages' | 'stage'>,
  paths: readonly string[],
): string | null {
  const own = stages.length === 0 ? paths : [...paths, ...paths.map((path) => stagePath(stage, path))];
  const problem = problems.find((candidate) => own.includes(candidate.field));
  return problem === undefined ? null : `${problem.message} ${problem.hint}`.trim();
}
