import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  HEAD_ACTIVATIONS,
  HEAD_INITIALIZERS,
  HEAD_POOLINGS,
  hiddenLayer,
  type HeadActivation,
  type HeadInitializer,
  type HeadPooling,
  type HiddenLayer,
} from '../../shared/contract/head-design.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { decimalNumber } from '../number-flag.ts';

/** What a head is made of, but for its last layer. */
export interface HeadFlags {
  readonly headPooling?: HeadPooling;
  readonly headHidden?: HiddenLayer[];
  readonly headInitializer?: Pick<NonNullable<TrainingPlanRequest['headDesign']>, 'initializer' | 'standardDeviation'>;
  readonly temperature?: number;
  readonly headBase?: string;
  /** Of what the classifier is given; a hidden layer's own is part of its grammar. */
  readonly dropout?: number;
}

const GRAMMAR =
  'layers from the network up, with commas between: UNITS or convFILTERS, then, each after a colon, an activation (relu), bn, a dropout share: conv64:bn,256:relu:0.5,128';

/** One layer of the grammar above. @throws InvalidArgumentError */
function readHidden(text: string): HiddenLayer {
  const [first = '', ...rest] = text.trim().split(':');
  const size = /^(conv)?(\d{1,5})$/.exec(first);
  if (!size) throw new InvalidArgumentError(`'${first}' is neither a number of units nor convFILTERS.`);
  let activation: HeadActivation = 'relu';
  let batchNorm = false;
  let dropout = 0;
  for (const word of rest) {
    const named = HEAD_ACTIVATIONS.find((candidate) => candidate === word);
    if (named) activation = named;
    else if (word === 'bn') batchNorm = true;
    else if (/^0(?:\.\d+)?$|^\.\d+$/.test(word)) dropout = Number(word);
    else {
      throw new InvalidArgumentError(
        `'${word}' is no activation (${HEAD_ACTIVATIONS.join(', ')}), bn, or dropout share below 1.`,
      );
    }
  }
  const own = { activation, batchNorm, dropout };
  const count = Number(size[2]);
  const layer =
    size[1] === undefined ? { kind: 'dense', units: count, ...own } : { kind: 'conv', filters: count, ...own };
  const read = hiddenLayer.safeParse(layer);
  if (!read.success) throw new InvalidArgumentError(`'${first}' is more or less than a layer of a head may have.`);
  return read.data;
}

function hiddenFlag(text: string): HiddenLayer[] {
  return text.split(',').map(readHidden);
}

/** `heNormal`, or `truncatedNormal:0.001`. */
function initializerFlag(text: string): HeadFlags['headInitializer'] {
  const [name = '', deviation, ...more] = text.split(':');
  const initializer: HeadInitializer | undefined = HEAD_INITIALIZERS.find((candidate) => candidate === name);
  if (!initializer || more.length > 0) throw new InvalidArgumentError(`It is one of ${HEAD_INITIALIZERS.join(', ')}.`);
  if (deviation === undefined) return { initializer };
  return { initializer, standardDeviation: decimalNumber({ least: 0, above: true, most: 100 })(deviation) };
}

/** Adds the flags that design a head. */
export function addHeadFlags(command: Command): void {
  command
    .addOption(
      new Option('--head-pooling <kind>', 'how feature maps become a vector (default: average)').choices(HEAD_POOLINGS),
    )
    .option('--head-hidden <layers>', GRAMMAR, hiddenFlag)
    .option(
      '--head-initializer <name>',
      `how the head's kernels begin: ${HEAD_INITIALIZERS.join(', ')}; truncatedNormal:0.001 says how wide (default: glorotUniform)`,
      initializerFlag,
    )
    .option(
      '--temperature <number>',
      'what logits are divided by, in training and prediction (default: 1)',
      decimalNumber({ least: 0, above: true, most: 1000 }),
    )
    .option(
      '--dropout <share>',
      "share of the classifier's inputs dropped while training (default: 0.2, and 0 from scratch)",
      decimalNumber({ least: 0, most: 1, below: true }),
    )
    .option(
      '--head-base <layer>',
      "the layer that the head stands on; what is above is cut off (default: the network's last)",
    );
}

/** @returns undefined where nothing was said of it */
export function headRequest(flags: HeadFlags): TrainingPlanRequest['headDesign'] {
  const { headPooling: pooling, headHidden: hidden, headInitializer, temperature, headBase: base } = flags;
  const design = {
    ...(pooling !== undefined && { pooling }),
    ...(hidden !== undefined && { hidden }),
    ...headInitializer,
    ...(temperature !== undefined && { temperature }),
    ...(base !== undefined && { base }),
  };
  return Object.keys(design).length === 0 ? undefined : design;
}
