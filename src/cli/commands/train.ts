import { Option, type Command } from 'commander';
import type { FreezeRule, TrainingPlanRequest, WeightsSource } from '../../shared/contract/plan.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { givenPath } from '../given-path.ts';
import { decimalNumber, wholeNumber } from '../number-flag.ts';
import { withService } from '../with-service.ts';

interface TrainFlags {
  readonly dataset?: string;
  readonly network?: string;
  readonly weights?: string;
  readonly strategy?: 'features' | 'finetune' | 'scratch';
  readonly epochs?: number;
  readonly batch?: number;
  readonly batchEval?: number;
  readonly optimizer?: 'sgd' | 'adam';
  readonly lr?: number;
  readonly momentum?: number;
  readonly seed?: number;
  readonly json?: true;
}

const RUN_PREFIX = 'run:';

function weightsSource(written: string): WeightsSource {
  return written.startsWith(RUN_PREFIX)
    ? { kind: 'run', runId: written.slice(RUN_PREFIX.length) }
    : { kind: 'file', path: givenPath(written) };
}

function planRequest(flags: TrainFlags, rules: FreezeRule[]): TrainingPlanRequest {
  const { dataset, network, weights, strategy, epochs, batch, batchEval, optimizer, lr, momentum, seed } = flags;
  const optimizerRequest = {
    ...(optimizer !== undefined && { kind: optimizer }),
    ...(lr !== undefined && { learningRate: lr }),
    ...(momentum !== undefined && { momentum }),
  };
  return {
    rules,
    optimizer: optimizerRequest,
    ...(dataset !== undefined && { dataset: { kind: 'folder', path: givenPath(dataset) } }),
    ...(network !== undefined && { network }),
    ...(weights !== undefined && { weights: weightsSource(weights) }),
    ...(strategy !== undefined && { strategy }),
    ...(epochs !== undefined && { epochs }),
    ...(batch !== undefined && { batchSize: batch }),
    ...(batchEval !== undefined && { evaluationBatchSize: batchEval }),
    ...(seed !== undefined && { seed }),
  };
}

export function addTrainCommand(program: Command, setExitCode: SetExitCode): void {
  // Both flags write here, so that the order between them is the command line's.
  const rules: FreezeRule[] = [];
  const addRule = (action: FreezeRule['action']) => (pattern: string) => void rules.push({ action, pattern });
  program
    .command('train')
    .description('train a classifier on a folder of images; with no flags, on the sample that ships with Thaw')
    .option('--dataset <folder>', 'class folders, or train/ val/ test/ of such (default: the sample)')
    .option('--network <name>', 'a name from `thaw networks` (default: the one that ships with weights)')
    .option('--weights <source>', 'a weight file, a tfjs model folder, or run:ID (default: what ships)')
    .addOption(
      new Option(
        '--strategy <name>',
        'features: train the new head; finetune: all, pretrained; scratch: all, anew',
      ).choices(['features', 'finetune', 'scratch']),
    )
    .option(
      '--freeze <rule>',
      'layer, block, last:N, from:NAME or /regex/; may be repeated, the last rule wins',
      addRule('freeze'),
    )
    .option('--thaw <rule>', 'the opposite of --freeze', addRule('thaw'))
    .option('--epochs <n>', 'times through the images', wholeNumber({ least: 1, most: 100_000 }))
    .option('--batch <n>', 'images in a step', wholeNumber({ least: 1, most: 65_536 }))
    .option('--batch-eval <n>', 'images in a step of evaluation', wholeNumber({ least: 1, most: 65_536 }))
    .addOption(new Option('--optimizer <name>', 'how the weights follow the gradient').choices(['sgd', 'adam']))
    .option('--lr <rate>', 'learning rate', decimalNumber({ least: 0, above: true }))
    .option('--momentum <share>', 'momentum of sgd', decimalNumber({ least: 0, most: 1, below: true }))
    .option('--seed <n>', 'seed of initial values, order and split', wholeNumber({ least: 0, most: 0xffffffff }))
    .option('--json', 'print the result as one JSON document, progress on the error output')
    .action(async (flags: TrainFlags) => {
      setExitCode(
        await withService((engine) =>
          followRun(engine, flags.json === true, async () => {
            const { runId, plan, warnings } = await engine.invoke('training.start', planRequest(flags, rules));
            return { runId, epochs: plan.epochs, warnings, title: `Run ${runId}: ${plan.network}, ${plan.strategy}` };
          }),
        ),
      );
    });
}
