import { InvalidArgumentError, Option, type Command } from 'commander';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { wholeNumber } from '../number-flag.ts';
import { RUN_PREFIX, runCheckpoint } from '../run-checkpoint.ts';

/** How long epochs are, what they take of the dataset, and how often they are looked at. */
export interface StepsFlags {
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  readonly steps?: number;
  readonly evaluationImages?: number;
  readonly logEvery?: number;
  readonly histograms?: number;
  readonly loaderWorkers?: number;
  readonly classes?: string[];
  readonly imagesPerClass?: number;
  readonly headWeights?: string;
  readonly evaluateFirst?: true;
  readonly reuse?: string;
}

function classNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.length >= 2 && names.every((name) => name !== '') && new Set(names).size === names.length) return names;
  throw new InvalidArgumentError("It must be two or more names of classes with commas between, such as '5,6,7'.");
}

export function addStepsFlags(command: Command): void {
  command
    .option(
      '--steps-per-epoch <n>',
      'batches between two validations, whose images go on from epoch to epoch (default: as many as visit each image once)',
      wholeNumber({ least: 1, most: 1_000_000 }),
    )
    .addOption(
      new Option('--steps <n>', 'steps in all, validated every --steps-per-epoch of them (default: at the end)')
        .argParser(wholeNumber({ least: 1, most: 1_000_000_000 }))
        .conflicts('epochs'),
    )
    .option(
      '--evaluation-images <n>',
      'validate an epoch on so many images, drawn anew for each (default: all)',
      wholeNumber({ least: 1 }),
    )
    .option(
      '--log-every <steps>',
      "keep the metrics of every so many steps and of each epoch's last (default: as many as eyes can follow)",
      wholeNumber({ least: 0, most: 1_000_000 }),
    )
    .option(
      '--histograms <steps>',
      "count the values of the head's weights and of the logits every so many steps, 0 for never (default: 0)",
      wholeNumber({ least: 0, most: 1_000_000 }),
    )
    .option(
      '--classes <names>',
      "learn these of the dataset's classes alone, such as 5,6,7,8,9 (default: all)",
      classNames,
    )
    .option(
      '--images-per-class <n>',
      'learn from so many training images of each class, drawn by the seed (default: all)',
      wholeNumber({ least: 1 }),
    )
    .option(
      '--loader-workers <n>',
      'images that are decoded at a time (default: as suits the machine)',
      wholeNumber({ least: 1, most: 64 }),
    )
    .option('--reuse <rule>', 'layers, meant as by --freeze, that alone are loaded from the weights (default: all)')
    .option(
      '--head-weights <run:ID>',
      "put the layers that another run trained above this network's, as on a features file, on it by name",
    )
    .option('--evaluate-first', 'validate before the first step too');
}

/** @throws ThawError `usage.invalid` for steps that no whole number of epochs makes */
function lengths({ steps, stepsPerEpoch, epochs }: StepsFlags): Pick<TrainingPlanRequest, 'epochs' | 'stepsPerEpoch'> {
  if (steps === undefined) {
    return { ...(epochs !== undefined && { epochs }), ...(stepsPerEpoch !== undefined && { stepsPerEpoch }) };
  }
  const each = stepsPerEpoch ?? steps;
  if (steps % each === 0 && each <= 1_000_000) return { epochs: steps / each, stepsPerEpoch: each };
  throw new ThawError(
    'usage.invalid',
    `The steps of a run are a whole number of epochs, each of at most 1000000; received --steps ${steps}, and ${each} to an epoch.`,
    'Choose a --steps-per-epoch that divides --steps.',
  );
}

/** @throws ThawError `usage.invalid` for what names no run */
function headWeights(text: string): NonNullable<TrainingPlanRequest['headWeights']> {
  if (text.startsWith(RUN_PREFIX)) return { kind: 'run', ...runCheckpoint(text) };
  throw new ThawError(
    'usage.invalid',
    `A trained head is named by its run; received --head-weights ${text}.`,
    'Write run:ID, or run:ID@last for its last checkpoint.',
  );
}

/** What the flags ask for; what was not given is left out. @throws ThawError `usage.invalid` */
export function stepsRequest(flags: StepsFlags): Partial<TrainingPlanRequest> {
  const { evaluationImages, logEvery, histograms, loaderWorkers, classes, imagesPerClass, reuse } = flags;
  return {
    ...lengths(flags),
    ...(evaluationImages !== undefined && { evaluationImages }),
    ...(logEvery !== undefined && { logInterval: logEvery }),
    ...(histograms !== undefined && { histogramInterval: histograms }),
    ...(loaderWorkers !== undefined && { loaderWorkers }),
    ...(classes !== undefined && { classes }),
    ...(imagesPerClass !== undefined && { trainingImagesPerClass: imagesPerClass }),
    ...(reuse !== undefined && { reuse }),
    ...(flags.headWeights !== undefined && { headWeights: headWeights(flags.headWeights) }),
    ...(flags.evaluateFirst && { evaluateFirst: true }),
  };
}
