import type { SplitPlan } from '../../shared/contract/split-plan.ts';
import { count } from './format.ts';

const plural = (total: number, one: string, many: string): string => `${count(total)} ${total === 1 ? one : many}`;

const kinds: Readonly<Record<SplitPlan['kind'], string>> = {
  given: 'As the dataset says',
  share: 'Anew, by shares',
  folds: 'In folds',
};

/** Words of how the plan divides the dataset. */
export const planSplit = {
  label: 'Split',
  kinds,
  hints: {
    given: '',
    share: 'Every image is divided anew by its content, so that adding files moves no other.',
    folds: 'Images fall into so many parts by their content; one validates, the others train. Tests stay as they are.',
  } satisfies Readonly<Record<SplitPlan['kind'], string>>,
  groups: 'Keep images together',
  pattern: 'Pattern over paths',
  patternExample: '(patient_\\d+)',
  patternHint: 'What it finds in a path stays in one split: such as (patient_\\d+), a regular expression.',
  grouped: (groups: number, images: number) =>
    `${plural(groups, 'group keeps', 'groups keep')} ${plural(images, 'image', 'images')} together`,
  alone: (images: number) => `${plural(images, 'image is', 'images are')} in no group`,
  nothing: 'It finds nothing in any path: each image is divided by itself.',
  asking: 'Looking at the paths…',
  example: (name: string, images: number) => `${name}: ${plural(images, 'image', 'images')}`,
} as const;
