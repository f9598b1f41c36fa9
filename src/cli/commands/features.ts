import { Option, type Command } from 'commander';
import type { FeaturesRequest, FeaturesResult } from '../../shared/contract/features.ts';
import { PRECISIONS, type Precision } from '../../shared/contract/plan.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { givenPath } from '../given-path.ts';
import { bytes, count, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { skippedLines } from '../output/skipped-lines.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import { addStructureFlags, folderSource, type StructureFlags } from './dataset-flags.ts';
import { inputOption, inputSizeOption, outputOption, pixelsOption, withModel, type ModelFlags } from './model-flags.ts';
import { addPreprocessingFlags, preprocessingRequest, type PreprocessingFlags } from './preprocessing-flags.ts';
import { addRuleFlags } from './rule-flags.ts';
import { mappingOption, namedWeights, WEIGHTS_SOURCE, type WeightsFlags } from './weights-source.ts';

interface FeaturesFlags extends StructureFlags, WeightsFlags, PreprocessingFlags {
  readonly dataset?: string;
  readonly network?: string;
  readonly layer?: string;
  readonly precision?: Precision;
  readonly device?: string;
  readonly out: string;
  readonly json?: true;
}

function requestOf(flags: FeaturesFlags, rules: NonNullable<FeaturesRequest['rules']>): FeaturesRequest {
  const { network, layer, precision, device, out } = flags;
  const dataset = folderSource(flags);
  const preprocessing = preprocessingRequest(flags);
  return {
    rules,
    output: { kind: 'file', path: givenPath(out) },
    ...(dataset && { dataset }),
    ...(network !== undefined && { network }),
    ...namedWeights(flags),
    ...(layer !== undefined && { layer }),
    ...(precision !== undefined && { precision }),
    ...(device !== undefined && { device }),
    ...(preprocessing !== undefined && { preprocessing }),
  };
}

function resultLines(result: FeaturesResult, written: string): string[] {
  const { images, labelled, classes, reused } = result;
  const unlabelled = images - labelled;
  const counts = [
    labelled > 0 ? `${count(labelled)} of ${classes.length === 1 ? 'one class' : `${classes.length} classes`}` : '',
    unlabelled > 0 ? `${count(unlabelled)} unlabelled` : '',
    reused > 0 ? `${count(reused)} from the cache` : '',
  ];
  const arrays = result.arrays.map(({ name, layer, shape }) => [
    `  ${name}`,
    `[${[images, ...shape].join(', ')}] float32, the output of ${layer}`,
  ]);
  return [
    ...result.warnings.map((warning) => `warning: ${printable(warning)}`),
    ...table([
      ...arrays,
      ['  images', counts.filter((part) => part !== '').join(' · ')],
      ['  network', result.network],
      ['  file', `${printable(result.path)}, ${bytes(result.bytes)}`],
    ]),
    ...skippedLines(result.skipped, '--json lists them all'),
    ...(classes.length > 1 ? ['', `Next: thaw train --features ${printable(written)}`] : []),
  ];
}

export function addFeaturesCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('features')
    .description('what a pretrained network makes of each image of a folder, as a .npz file that NumPy reads')
    .requiredOption('--out <file>', 'the file, ending in .npz; one that is there is replaced')
    .option('--dataset <folder>', 'class folders as for `thaw train`, or any folder of images (default: the sample)')
    .option('--network <name>', 'a name from `thaw networks` (default: the one that ships with weights)')
    .addOption(
      new Option('--model <file>', 'a whole model or a TensorFlow graph, as `thaw train` takes it').conflicts([
        'network',
      ]),
    )
    .addOption(pixelsOption())
    .addOption(inputSizeOption())
    .addOption(inputOption())
    .addOption(outputOption())
    .option('--weights <source>', `${WEIGHTS_SOURCE} (default: what ships)`)
    .addOption(mappingOption())
    .option(
      '--layer <name>',
      'take the output of this layer (default: of the last that a new head alone leaves frozen)',
    );
  addStructureFlags(command);
  const rules = addRuleFlags(command);
  addPreprocessingFlags(command);
  command
    .addOption(new Option('--precision <type>', 'what the layers compute in (default: float32)').choices(PRECISIONS))
    .option('--device <name>', 'auto, cpu, or gpu:N (default: auto, a GPU where TensorFlow has one)')
    .option('--json', 'print one JSON document, progress on the error output')
    .action(async (flags: FeaturesFlags & ModelFlags) => {
      const outcome = await withService((engine) =>
        followTask(
          engine,
          async (taskId) =>
            engine.invoke('features.write', { ...requestOf(await withModel(engine, flags), rules), taskId }),
          'features',
        ),
      );
      if (outcome.kind === 'cancelled') {
        setExitCode(outcome.exitCode);
        printLines(flags.json ? [] : ['Cancelled: no file was written; what was computed is kept in the cache.']);
        return;
      }
      if (flags.json) printJson(outcome.result);
      else printLines(resultLines(outcome.result, flags.out));
    });
}
