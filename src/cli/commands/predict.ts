import { join, sep } from 'node:path';
import { Option, type Command } from 'commander';
import { MOST_COMPARED } from '../../shared/contract/compare.ts';
import type { PredictResult, Request, Response, Transport } from '../../shared/contract/endpoint.ts';
import { PRECISIONS, type Precision } from '../../shared/contract/plan.ts';
import { PREDICTION_FORMATS, type WrittenPredictions } from '../../shared/contract/write-predictions.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { givenPath } from '../given-path.ts';
import { decimalNumber, wholeNumber } from '../number-flag.ts';
import { bytes, count, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { skippedLines } from '../output/skipped-lines.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';

const TOP = 3;

type PredictionFormat = (typeof PREDICTION_FORMATS)[number];

interface PredictFlags {
  readonly run: readonly string[];
  readonly top: number;
  readonly precision?: Precision;
  readonly csv?: string;
  readonly output?: string;
  readonly unsureBelow?: number;
  readonly json?: true;
}

/** A path as the person wrote it: what they named stands before what was found in it. */
function asWritten(path: string, images: readonly string[]): string {
  for (const written of images) {
    const given = givenPath(written);
    if (path === given) return written;
    if (path.startsWith(`${given}${sep}`)) return join(written, path.slice(given.length));
  }
  return path;
}

type Predicted = PredictResult['predictions'][number];

/** Whether its most probable class is less probable than asked for; null where it could not be read. */
function isUnsure({ classes, problem }: Predicted, below: number): boolean | null {
  return problem === null ? (classes[0]?.probability ?? 0) < below : null;
}

function predictionLines(
  { predictions }: Pick<PredictResult, 'predictions'>,
  images: readonly string[],
  unsureBelow: number | undefined,
): string[] {
  return table(
    predictions.map((prediction) => {
      const { path, classes, problem } = prediction;
      const shown = printable(asWritten(path, images));
      if (problem !== null) return [shown, `not read: ${printable(problem)}`];
      const told = classes.map(({ name, probability }) => `${printable(name)} ${(probability * 100).toFixed(1)} %`);
      return [shown, ...told, ...(unsureBelow !== undefined && isUnsure(prediction, unsureBelow) ? ['unsure'] : [])];
    }),
  );
}

function withUnsure<Result extends Pick<PredictResult, 'predictions'>>(result: Result, below: number | undefined) {
  if (below === undefined) return result;
  const predictions = result.predictions.map((one) => ({ ...one, unsure: isUnsure(one, below) }));
  return { ...result, unsureBelow: below, predictions };
}

function writtenLines({ path, name, images, unreadable, problems, ...file }: WrittenPredictions): string[] {
  return [
    ...skippedLines(problems, 'the file has them all'),
    `Wrote the predictions of ${count(images)} images to ${printable(path ?? name)} (${bytes(file.bytes)})` +
      `${unreadable > 0 ? `; ${count(unreadable)} could not be read` : ''}.`,
  ];
}

/** The file that is asked for, and what it is written as. @throws ThawError `usage.invalid` */
function fileOf({ csv, output }: PredictFlags): { readonly file: string; readonly format: PredictionFormat } | null {
  if (csv !== undefined && output !== undefined) {
    throw new ThawError(
      'usage.invalid',
      'Predictions are written to one file; received --csv and --output.',
      'Leave one of them out.',
    );
  }
  if (csv !== undefined) return { file: csv, format: 'csv' };
  if (output === undefined) return null;
  const format = PREDICTION_FORMATS.find((one) => output.toLowerCase().endsWith(`.${one}`));
  if (format) return { file: output, format };
  throw new ThawError(
    'usage.invalid',
    `--output ends in .${PREDICTION_FORMATS.join(' or .')}, which says what is written; received '${output}'.`,
    'Name the file so, or use --csv, which takes any name.',
  );
}

async function writeFile(
  images: readonly string[],
  { run, top, precision, json, unsureBelow }: PredictFlags,
  { file, format }: { readonly file: string; readonly format: PredictionFormat },
  setExitCode: SetExitCode,
): Promise<void> {
  const [only = '', ...others] = run;
  if (others.length > 0) {
    throw new ThawError(
      'usage.invalid',
      `A file has the predictions of one run; received ${run.length} runs.`,
      'Leave the file out to have them averaged, or name one run.',
    );
  }
  const request = { ...runCheckpoint(only), images: images.map(givenPath), top, precision, format, unsureBelow };
  const output = { kind: 'file', path: givenPath(file) } as const;
  const outcome = await withService((engine) =>
    followTask(engine, (taskId) => engine.invoke('predictions.write', { ...request, output, taskId }), 'evaluate'),
  );
  if (outcome.kind === 'cancelled') {
    setExitCode(outcome.exitCode);
    printLines(json ? [] : ['Cancelled: no file was written.']);
    return;
  }
  const { result } = outcome;
  if (json) printJson(result);
  else printLines(writtenLines(result));
  if (result.unreadable === result.images) setExitCode(1);
}

/** By one run, or by the mean of several. */
async function predictBy(
  engine: Transport,
  runs: readonly string[],
  request: Pick<Request<'predict'>, 'images' | 'top' | 'precision'>,
): Promise<PredictResult | Response<'predictions.average'>> {
  const [only, ...others] = runs.map((run) => runCheckpoint(run));
  if (only && others.length === 0) return engine.invoke('predict', { ...only, ...request });
  if (runs.length > MOST_COMPARED) {
    throw new ThawError(
      'usage.invalid',
      `At most ${MOST_COMPARED} runs predict together; received ${runs.length}.`,
      'Name fewer of them.',
    );
  }
  return engine.invoke('predictions.average', { runs: runs.map((run) => runCheckpoint(run)), ...request });
}

export function addPredictCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('predict')
    .description('the most probable classes of images, by a checkpoint of a run')
    .requiredOption(
      '--run <id>',
      `${RUN_CHECKPOINT}; repeated, what the runs think is averaged`,
      (id: string, before: readonly string[] | undefined) => [...(before ?? []), id],
    )
    .option('--top <k>', 'classes for each image', wholeNumber({ least: 1, most: 1000 }), TOP)
    .addOption(
      new Option(
        '--precision <type>',
        'what layers compute in (default: what the run computed in; float32 for float16 where there is no GPU)',
      ).choices(PRECISIONS),
    )
    .option('--csv <file>', 'write a row for each of any number of images; one that is there is replaced')
    .option('--output <file.json|file.csv>', 'the same, as its ending says: one JSON document, or rows')
    .option(
      '--unsure-below <p>',
      'mark images whose most probable class is less probable than this',
      decimalNumber({ least: 0, most: 1 }),
    )
    .option('--json', 'print one JSON document, with a file of what was written')
    .argument('<image...>', 'image files, or folders of images')
    .action(async (images: readonly string[], flags: PredictFlags) => {
      const { run, top, precision, json, unsureBelow } = flags;
      const file = fileOf(flags);
      if (file) {
        await writeFile(images, flags, file, setExitCode);
        return;
      }
      const result = await withService((engine) =>
        predictBy(engine, run, { images: images.map(givenPath), top, precision }),
      );
      if (json) printJson(withUnsure(result, unsureBelow));
      else printLines(predictionLines(result, images, unsureBelow));
      if (result.predictions.every(({ problem }) => problem !== null)) setExitCode(1);
    });
}
