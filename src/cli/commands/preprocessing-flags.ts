import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  PREPROCESSING_VALUES,
  RESIZE_KERNELS,
  RESIZES,
  type PreprocessingPlan,
} from '../../shared/contract/preprocessing-plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { wholeNumber } from '../number-flag.ts';

type Triple = [red: number, green: number, blue: number];

export interface PreprocessingFlags {
  readonly preprocessing?: NonNullable<PreprocessingPlan['values']>;
  readonly mean?: Triple;
  readonly std?: Triple;
  readonly resize?: NonNullable<PreprocessingPlan['resize']>;
  readonly shorterSide?: number;
  readonly kernel?: NonNullable<PreprocessingPlan['kernel']>;
}

/** Those that features, being computed already, take none of. */
export const PREPROCESSING_FLAGS = [
  'preprocessing',
  'mean',
  'std',
  'resize',
  'shorterSide',
  'kernel',
] as const satisfies readonly (keyof PreprocessingFlags)[];

/** Parses three numbers, of red, green and blue. */
function triple(text: string): Triple {
  const [red, green, blue, ...others] = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (red !== undefined && green !== undefined && blue !== undefined && others.length === 0) {
    if ([red, green, blue].every(Number.isFinite)) return [red, green, blue];
  }
  throw new InvalidArgumentError('It must be three numbers, of red, green and blue: 0.485,0.456,0.406.');
}

export function addPreprocessingFlags(command: Command): void {
  const options = [
    new Option(
      '--preprocessing <rule>',
      "what pixels become: caffe (BGR without ImageNet's mean), tf (-1 to 1) or torch (by ImageNet's mean and deviation) (default: as the network's weights were trained)",
    )
      .choices(PREPROCESSING_VALUES)
      .conflicts(['mean', 'std']),
    new Option(
      '--mean <r,g,b>',
      'what is taken from red, green and blue, of pixels from 0 to 1, as torchvision does; goes with --std',
    ).argParser(triple),
    new Option('--std <r,g,b>', 'the standard deviations that they are then divided by').argParser(triple),
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

/**
 * What the flags ask for; undefined where none was given.
 *
 * @throws ThawError `usage.invalid` for a mean without a deviation
 */
export function preprocessingRequest({
  preprocessing: values,
  mean,
  std: deviation,
  resize,
  shorterSide,
  kernel,
}: PreprocessingFlags): TrainingPlanRequest['preprocessing'] {
  if ((mean === undefined) !== (deviation === undefined)) {
    throw new ThawError(
      'usage.invalid',
      `--mean and --std go together; received ${mean ? '--mean' : '--std'} alone.`,
      'Give both, or neither.',
    );
  }
  const normalisation = mean && deviation && { mean, deviation };
  const asked = { values, normalisation, resize, shorterSide, kernel };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
