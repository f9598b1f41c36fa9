import { Option, type Command } from 'commander';
import type { PredictResult } from '../../shared/contract/endpoint.ts';
import { PRECISIONS, type Precision } from '../../shared/contract/plan.ts';
import type { SetExitCode } from '../exit-code.ts';
import { givenPath } from '../given-path.ts';
import { wholeNumber } from '../number-flag.ts';
import { printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';

const TOP = 3;

interface PredictFlags {
  readonly run: string;
  readonly top: number;
  readonly precision?: Precision;
  readonly json?: true;
}

function predictionLines({ predictions }: PredictResult, written: readonly string[]): string[] {
  return table(
    predictions.map(({ path, classes, problem }, index) => [
      printable(written[index] ?? path),
      ...(problem === null
        ? classes.map(({ name, probability }) => `${printable(name)} ${(probability * 100).toFixed(1)} %`)
        : [`not read: ${printable(problem)}`]),
    ]),
  );
}

export function addPredictCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('predict')
    .description('the most probable classes of images, by a checkpoint of a run')
    .requiredOption('--run <id>', RUN_CHECKPOINT)
    .option('--top <k>', 'classes for each image', wholeNumber({ least: 1, most: 1000 }), TOP)
    .addOption(
      new Option(
        '--precision <type>',
        'what layers compute in (default: what the run computed in; float32 for float16 where there is no GPU)',
      ).choices(PRECISIONS),
    )
    .option('--json', 'print one JSON document')
    .argument('<image...>', 'image files')
    .action(async (images: readonly string[], { run, top, precision, json }: PredictFlags) => {
      const result = await withService((engine) =>
        engine.invoke('predict', { ...runCheckpoint(run), images: images.map(givenPath), top, precision }),
      );
      if (json) printJson(result);
      else printLines(predictionLines(result, images));
      if (result.predictions.every(({ problem }) => problem !== null)) setExitCode(1);
    });
}
