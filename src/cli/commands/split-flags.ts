import { InvalidArgumentError, Option, type Command } from 'commander';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { MOST_FOLDS, type SplitPlan } from '../../shared/contract/split-plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { decimalNumber, wholeNumber } from '../number-flag.ts';

/** Which images train, validate and test. */
export interface SplitFlags {
  readonly split?: 'given' | 'share';
  readonly validationShare?: number;
  readonly testShare?: number;
  readonly fold?: Extract<SplitPlan, { kind: 'folds' }>;
  readonly group?: string;
}

/** `2/5`: the second of five. */
function fold(text: string): Extract<SplitPlan, { kind: 'folds' }> {
  const [, of = '', all = ''] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? [];
  if (of === '') throw new InvalidArgumentError("It must be two numbers, such as '2/5' for the second of five.");
  const folds = wholeNumber({ least: 2, most: MOST_FOLDS })(all);
  return { kind: 'folds', folds, fold: wholeNumber({ least: 1, most: folds })(of) };
}

export function addSplitFlags(command: Command): void {
  const share = decimalNumber({ least: 0, above: true, most: 1, below: true });
  command
    .addOption(
      new Option(
        '--split <how>',
        'given: as the dataset says, a share held out where it has no validation (default); share: all anew by shares',
      ).choices(['given', 'share']),
    )
    .option('--validation-share <share>', 'of each class held out for validation (default: 0.2)', share)
    .option('--test-share <share>', 'of each class held out for tests, all images split anew (default: 0)', share)
    .addOption(
      new Option('--fold <i/k>', 'divide training and validation images into k parts, of which the i-th validates')
        .argParser(fold)
        .conflicts(['split', 'testShare', 'validationShare']),
    )
    .option(
      '--group <regex>',
      "keep images together in whose paths it finds the same, such as '(patient_\\d+)': its first group, or all of it",
    );
}

/**
 * What the flags ask for; what was not given is left out.
 *
 * @throws ThawError `usage.invalid` for tests of a split that stays as it is
 */
export function splitRequest({
  split,
  validationShare,
  testShare,
  fold: asked,
  group,
}: SplitFlags): Pick<TrainingPlanRequest, 'split' | 'validationShare' | 'groupPattern'> {
  if (split === 'given' && testShare !== undefined) {
    throw new ThawError(
      'usage.invalid',
      '--test-share splits all images anew; received it with --split given.',
      'Leave one of them out.',
    );
  }
  const anew = split === 'share' || testShare !== undefined;
  const plan = asked ?? (anew ? { kind: 'share' as const, testShare: testShare ?? 0 } : split && { kind: split });
  return {
    ...(plan && { split: plan }),
    ...(validationShare !== undefined && { validationShare }),
    ...(group !== undefined && { groupPattern: group }),
  };
}
