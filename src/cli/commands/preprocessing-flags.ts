import { Option, type Command } from 'commander';
import {
  PREPROCESSING_VALUES,
  RESIZE_KERNELS,
  RESIZES,
  type PreprocessingPlan,
} from '../../shared/contract/preprocessing-plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan.ts';
import { wholeNumber } from '../number-flag.ts';

export interface PreprocessingFlags {
  readonly preprocessing?: NonNullable<PreprocessingPlan['values']>;
  readonly resize?: NonNullable<PreprocessingPlan['resize']>;
  readonly shorterSide?: number;
  readonly kernel?: NonNullable<PreprocessingPlan['kernel']>;
}

/** Those that features, being computed already, take none of. */
export const PREPROCESSING_FLAGS = [
  'preprocessing',
  'resize',
  'shorterSide',
  'kernel',
] as const satisfies readonly (keyof PreprocessingFlags)[];

export function addPreprocessingFlags(command: Command): void {
  const options = [
    new Option(
      '--preprocessing <rule>',
      "what pixels become: caffe (BGR without ImageNet's mean), tf (-1 to 1) or torch (by ImageNet's mean and deviation) (default: as the network's weights were trained)",
    ).choices(PREPROCESSING_VALUES),
    new Option(
      '--resize <rule>',
      "how images reach the input's size: stretch, centerCrop, or resizeThenCrop (default: the network's own)",
    ).choices(RESIZES),
    new Option(
      '--shorter-side <pixels>',
      'what resizeThenCrop brings the shorter side to (default: 8/7 of the input)',
    ).argParser(wholeNumber({ least: 1, most: 4096 })),
    new Option(
      '--kernel <name>',
      "how pixels are resized, antialiased as Pillow does (default: the network's own)",
    ).choices(RESIZE_KERNELS),
  ];
  for (const option of options) command.addOption(option);
}

/** What the flags ask for; undefined where none was given. */
export function preprocessingRequest({
  preprocessing: values,
  resize,
  shorterSide,
  kernel,
}: PreprocessingFlags): TrainingPlanRequest['preprocessing'] {
  const asked = { values, resize, shorterSide, kernel };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
