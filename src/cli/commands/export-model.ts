import { Option, type Command } from 'commander';
import {
  MODEL_FORMAT_TEXTS,
  MODEL_FORMATS,
  QUANTISATIONS,
  QUANTISED_FORMATS,
  type ExportedModel,
  type ModelFormat,
  type Quantisation,
} from '../../shared/contract/model-export.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { givenPath } from '../given-path.ts';
import { bytes, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { withService } from '../with-service.ts';

interface ExportFlags {
  readonly run: string;
  readonly format: ModelFormat;
  readonly quantise?: Quantisation;
  readonly out: string;
  readonly json?: true;
}

/** The sample beside it, as it is run. */
function sampleOf({ files }: ExportedModel, folder: string): string {
  const script = files.some(({ name }) => name === 'predict.mjs');
  return script ? `node ${folder}predict.mjs` : `python ${folder}predict.py`;
}

function testLine({ selfTest, predicts }: ExportedModel): string {
  const { runtime, references, drawn, difference, allowed } = selfTest;
  const images = `${references} images of the validation and ${drawn} drawn ones`;
  if (difference === null) {
    return predicts ? `${runtime}; \`python predict.py --check\` there compares with Thaw` : runtime;
  }
  return `${runtime} predicts ${images} within ${difference.toExponential(1)} of Thaw (allowed: ${allowed})`;
}

function exportedLines(written: ExportedModel): string[] {
  const { name, files, predicts, warnings } = written;
  const path = written.path ?? name;
  return [
    ...warnings.map((warning) => `warning: ${printable(warning)}`),
    `Exported run ${written.runId} to ${printable(path)} (${bytes(written.bytes)}).`,
    ...table(files.map((file) => [`  ${printable(file.name)}`, bytes(file.bytes)])),
    `Self-test: ${testLine(written)}.`,
    `Next: ${sampleOf(written, `${printable(path)}/`)}${predicts ? ' IMAGE' : ' (it lists the weights)'}`,
  ];
}

export function addExportModelCommand(program: Command, setExitCode: SetExitCode): void {
  const formats = MODEL_FORMATS.map((format) => `${format}: ${MODEL_FORMAT_TEXTS[format].label}`).join('; ');
  program
    .command('export')
    .description('write what a run has learnt as a model for other programs, tested, with a sample and a model card')
    .requiredOption('--run <id>', RUN_CHECKPOINT)
    .addOption(new Option('--format <format>', formats).choices(MODEL_FORMATS).makeOptionMandatory())
    .addOption(
      new Option('--quantise <type>', `smaller weights, in the formats ${QUANTISED_FORMATS.join(' and ')}`).choices(
        QUANTISATIONS,
      ),
    )
    .requiredOption('--out <folder>', 'the folder that is made; it must not be there, or be empty')
    .option('--json', 'print one JSON document, progress on the error output')
    .action(async ({ run, format, quantise, out, json }: ExportFlags) => {
      const path = givenPath(out);
      const chosen = runCheckpoint(run);
      const outcome = await withService((engine) =>
        followTask(
          engine,
          (taskId) =>
            engine.invoke('runs.exportModel', {
              ...chosen,
              format,
              ...(quantise !== undefined && { quantisation: quantise }),
              output: { kind: 'folder', path },
              taskId,
            }),
          'prepare',
        ),
      );
      if (outcome.kind === 'cancelled') {
        setExitCode(outcome.exitCode);
        printLines(json ? [] : ['Cancelled: nothing was exported.']);
      } else if (json) printJson(outcome.result);
      else printLines(exportedLines(outcome.result));
    });
}
