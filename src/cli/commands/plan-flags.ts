import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Transport } from '../../shared/contract/endpoint.ts';
import {
  HEADS,
  LOSSES,
  MONITORS,
  OPTIMIZERS,
  PRECISIONS,
  SAMPLINGS,
  SCHEDULES,
  STRATEGIES,
  type LearningRateRule,
} from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { decimalNumber, wholeNumber } from '../number-flag.ts';
import { addAugmentationFlags, AUGMENTATION_FLAGS } from './augmentation-flags.ts';
import { addPreprocessingFlags, PREPROCESSING_FLAGS } from './preprocessing-flags.ts';
import { classWeights } from './class-weights-flag.ts';
import { addStructureFlags } from './dataset-flags.ts';
import { inputOption, inputSizeOption, outputOption, pixelsOption, withModel, type ModelFlags } from './model-flags.ts';
import { addHeadFlags } from './head-flags.ts';
import { addRuleFlags } from './rule-flags.ts';
import { addSplitFlags } from './split-flags.ts';
import { addStepsFlags } from './steps-flags.ts';
import { addTaskFlags } from './task-flags.ts';
import { planRequest, type TrainFlags } from './train-request.ts';
import { mappingOption, WEIGHTS_SOURCE, weightsOption } from './weights-source.ts';

const CLIPPINGS = ['clipValue', 'clipNorm', 'clipGlobalNorm'] as const satisfies readonly (keyof TrainFlags)[];

/** `block_12=0.1`; a pattern may hold the sign too. */
function learningRateRule(text: string): LearningRateRule {
  const at = text.lastIndexOf('=');
  const pattern = text.slice(0, Math.max(0, at)).trim();
  if (pattern === '') throw new InvalidArgumentError("It must be a layer, block or rule, '=' and a factor.");
  return { pattern, factor: decimalNumber({ least: 0, above: true, most: 1000 })(text.slice(at + 1)) };
}

/** One of three that exclude each other. */
function clippingOption(flags: string, description: string): Option {
  const option = new Option(flags, description).argParser(decimalNumber({ least: 0, above: true }));
  return option.conflicts(CLIPPINGS.filter((name) => name !== option.attributeName()));
}

/** Flags as commander gives them. */
export type PlanFlags = TrainFlags & ModelFlags;

/**
 * Adds every flag that says something of a plan.
 *
 * @returns what makes a request of the flags that were given; a model's file among them is opened first
 */
export function addPlanFlags(command: Command): (engine: Transport, flags: PlanFlags) => Promise<TrainingPlanRequest> {
  const rateRules: LearningRateRule[] = [];
  const addRateRule = (text: string): void => void rateRules.push(learningRateRule(text));
  command
    .option(
      '--dataset <folder>',
      'a folder of images with their classes: class folders, train/ val/ test/ of such, ... (default: the sample)',
    )
    .addOption(
      new Option(
        '--features <file>',
        'a file of `thaw features` or of NumPy instead of images: features and labels',
      ).conflicts(['dataset', ...AUGMENTATION_FLAGS, ...PREPROCESSING_FLAGS]),
    )
    .option(
      '--network <name>',
      'a name from `thaw networks`, or fusion_A+B of two to four of them side by side (default: the one that ships with weights)',
    )
    .addOption(
      new Option(
        '--model <file>',
        'a whole model, a Keras .h5 or .keras or a tfjs LayersModel, or a TensorFlow .pb or SavedModel, which stays frozen: the network and, unless --weights says otherwise, its weights',
      ).conflicts(['network', 'features']),
    )
    .addOption(pixelsOption())
    .addOption(inputSizeOption())
    .addOption(inputOption())
    .addOption(outputOption())
    .addOption(weightsOption(`${WEIGHTS_SOURCE} (default: what ships); repeated for each part of a fused network`))
    .addOption(mappingOption())
    .addOption(
      new Option(
        '--strategy <name>',
        'features: train the new head; finetune: all, pretrained; scratch: all, anew',
      ).choices(STRATEGIES),
    );
  addStructureFlags(command);
  addSplitFlags(command);
  const rules = addRuleFlags(command);
  addTaskFlags(command);
  addStepsFlags(command);
  command
    .option('--epochs <n>', 'times through the images', wholeNumber({ least: 1, most: 100_000 }))
    .option('--batch <n>', 'images in a step', wholeNumber({ least: 1, most: 65_536 }))
    .option('--batch-eval <n>', 'images in a step of evaluation', wholeNumber({ least: 1, most: 65_536 }))
    .addOption(new Option('--optimizer <name>', 'how the weights follow the gradient').choices(OPTIMIZERS))
    .option('--lr <rate>', 'learning rate', decimalNumber({ least: 0, above: true }))
    .option(
      '--lr-for <rule=factor>',
      'layers, meant as by --freeze, that learn at so many times --lr; may be repeated, the last rule wins',
      addRateRule,
    )
    .option('--momentum <share>', 'momentum of sgd or rmsprop', decimalNumber({ least: 0, most: 1, below: true }))
    .option('--nesterov', 'Nesterov momentum of sgd')
    .option('--centered', "divide by the gradient's standard deviation, in rmsprop")
    .option('--beta1 <share>', 'of adam and adamw (default: 0.9)', decimalNumber({ least: 0, most: 1, below: true }))
    .option('--beta2 <share>', 'of adam and adamw (default: 0.999)', decimalNumber({ least: 0, most: 1, below: true }))
    .option(
      '--rho <share>',
      'of rmsprop and adadelta (default: 0.9, 0.95)',
      decimalNumber({ least: 0, most: 1, below: true }),
    )
    .option(
      '--epsilon <number>',
      'of every optimizer but sgd (default: 1e-7)',
      decimalNumber({ least: 0, above: true }),
    )
    .option('--initial-accumulator <number>', 'of adagrad (default: 0.1)', decimalNumber({ least: 0 }))
    .option(
      '--weight-decay <share>',
      'pull kernels towards 0 by an L2 penalty, with adamw apart from the gradient (default: 0, with adamw 0.01)',
      decimalNumber({ least: 0, most: 1 }),
    )
    .option(
      '--l1 <share>',
      'pull kernels to 0 by an L1 penalty, with every optimizer (default: 0)',
      decimalNumber({ least: 0, most: 1 }),
    )
    .addOption(new Option('--loss <name>', 'what training makes small (default: crossEntropy)').choices(LOSSES))
    .option(
      '--label-smoothing <share>',
      'the share of certainty that labels give up to all classes, also in val_loss (default: 0)',
      decimalNumber({ least: 0, most: 1, below: true }),
    )
    .option(
      '--class-weights <weights>',
      'what the images of a class count in training: balanced, or CLASS=NUMBER,... (1 where it is not named)',
      classWeights,
    )
    .addOption(
      new Option(
        '--sampling <name>',
        'natural: each image once an epoch (default); balanced: each class equally often, with no class weights beside; random: any image each time',
      ).choices(SAMPLINGS),
    )
    .addOption(clippingOption('--clip-value <limit>', 'keep each element of a gradient within the limit'))
    .addOption(clippingOption('--clip-norm <limit>', 'keep the norm of each gradient within the limit'))
    .addOption(clippingOption('--clip-global-norm <limit>', 'keep the norm of all gradients together within the limit'))
    .addOption(new Option('--schedule <name>', 'how the learning rate goes on (default: constant)').choices(SCHEDULES))
    .option(
      '--schedule-factor <share>',
      'what step, exponential and plateau multiply the rate by (default: 0.1, 0.9, 0.2)',
      decimalNumber({ least: 0, above: true, most: 1, below: true }),
    )
    .option(
      '--schedule-epochs <n>',
      'epochs between the steps of step (default: 10); epochs without gain before plateau lowers the rate (default: 3)',
      wholeNumber({ least: 1, most: 100_000 }),
    )
    .option(
      '--schedule-decay <share>',
      'inverseTime divides the rate by 1 + this times the steps done (default: 0.01)',
      decimalNumber({ least: 0 }),
    )
    .option(
      '--schedule-floor <share>',
      'the share of the rate that cosine and plateau end at (default: 0, 0.001)',
      decimalNumber({ least: 0, most: 1, below: true }),
    )
    .addOption(new Option('--schedule-monitor <name>', 'what plateau looks at (default: val_loss)').choices(MONITORS))
    .option(
      '--warmup <epochs>',
      'first epochs, or a part of one, in which the rate grows evenly to --lr',
      decimalNumber({ least: 0, most: 100_000 }),
    )
    .option(
      '--early-stopping <patience>',
      'end once the monitor has not become better for so many epochs; the best weights are kept',
      wholeNumber({ least: 1, most: 100_000 }),
    )
    .addOption(new Option('--monitor <name>', 'what early stopping looks at (default: val_loss)').choices(MONITORS));
  addPreprocessingFlags(command);
  addAugmentationFlags(command);
  addHeadFlags(command);
  command
    .addOption(
      new Option('--head <name>', 'softmax: one output a class (default); sigmoid: one for two classes').choices(HEADS),
    )
    .option(
      '--new-head',
      "begin with a new head even where the weights' own has the same classes (default: keep it there)",
    )
    .addOption(
      new Option(
        '--precision <type>',
        'what layers compute in; values are kept in float32; float16 needs a GPU (default: float32)',
      ).choices(PRECISIONS),
    )
    .addOption(new Option('--frozen-precision <type>', 'the same for the frozen prefix alone').choices(PRECISIONS))
    .option(
      '--introspect <steps>',
      'measure gradients and drift of each layer every so many steps, 0 for never (default: 50)',
      wholeNumber({ least: 0, most: 1_000_000 }),
    )
    .option('--device <name>', 'auto, cpu, or gpu:N (default: auto, a GPU where TensorFlow has one)')
    .option('--seed <n>', 'seed of initial values, order and split', wholeNumber({ least: 0, most: 0xffffffff }));
  return async (engine, flags) => planRequest(await withModel(engine, flags), rules, rateRules);
}
