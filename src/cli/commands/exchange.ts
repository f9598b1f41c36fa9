import { Option, type Command } from 'commander';
import {
  CARRIED_CHECKPOINTS,
  EXPORT_FORMATS,
  MOST_EXPORTED,
  MOST_REPORTED,
  type CarriedCheckpoints,
  type Exported,
  type ExportFormat,
  type Imported,
} from '../../shared/contract/run-exchange.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { givenPath } from '../given-path.ts';
import { bytes, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { withService } from '../with-service.ts';

interface ExportFlags {
  readonly format: ExportFormat;
  readonly out: string;
  readonly checkpoints?: CarriedCheckpoints;
  readonly metrics?: true;
  readonly query?: string;
  readonly json?: true;
}

const RUN_IDS = 'as `thaw runs list` shows them';

function warningLines(warnings: readonly string[]): string[] {
  return warnings.map((warning) => `warning: ${printable(warning)}`);
}

function exportedLines(written: Exported, what: string): string[] {
  return [
    ...warningLines(written.warnings),
    `Wrote ${what} to ${printable(written.path ?? written.name)} (${bytes(written.bytes)}).`,
  ];
}

function counted(runs: number): string {
  return runs === 1 ? 'the run' : `${runs} runs`;
}

function nextStep(format: ExportFormat, out: string): string[] {
  if (format === 'tensorboard') return [`Next: tensorboard --logdir ${printable(out)}`];
  return format === 'thaw' ? [`Next, on another machine: thaw import ${printable(out)}`] : [];
}

/** @throws ThawError `usage.invalid` where runs are named in two ways, or none is found */
async function chosenRuns(engine: Transport, ids: string[], query: string | undefined): Promise<string[]> {
  if (ids.length > 0 && query === undefined) return ids;
  if (ids.length > 0) {
    throw new ThawError('usage.invalid', 'Runs are named by their ids or by a query, not by both.', 'Leave one out.');
  }
  const { runs, total } = await engine.invoke('runs.list', {
    limit: MOST_EXPORTED,
    ...(query !== undefined && { query }),
  });
  if (total > 0 && total <= MOST_EXPORTED) return runs.map(({ runId }) => runId);
  throw new ThawError(
    'usage.invalid',
    `One file holds from 1 to ${MOST_EXPORTED} runs; ${total} ${total === 1 ? 'fits' : 'fit'}.`,
    'Choose with --query, or name runs by their ids.',
  );
}

function addExport(runs: Command, setExitCode: SetExitCode): void {
  runs
    .command('export')
    .description('write runs for other programs, or one run as a file that another Thaw opens')
    .argument('[ids...]', `${RUN_IDS}; all of them where none is named`)
    .addOption(
      new Option(
        '--format <format>',
        'thaw: one file with its checkpoints; tensorboard: a folder of event files; csv, json: a table',
      )
        .choices(EXPORT_FORMATS)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <path>', 'the file, or for tensorboard the folder; what is there is replaced')
    .addOption(
      new Option(
        '--checkpoints <which>',
        'with thaw: which checkpoints go along (default: the best and the last)',
      ).choices(CARRIED_CHECKPOINTS),
    )
    .option('--query <query>', 'instead of ids: the runs that fit, as `thaw runs list --query` finds them')
    .option('--metrics', 'with csv and json: every point of every metric instead of a row a run')
    .option('--json', 'print one JSON document, progress on the error output')
    .action(async (ids: string[], { format, out, checkpoints, metrics, query, json }: ExportFlags) => {
      const path = givenPath(out);
      let runIds: string[] = [];
      const outcome = await withService((engine) =>
        followTask(
          engine,
          async (taskId) => {
            runIds = await chosenRuns(engine, ids, query);
            return engine.invoke('runs.export', {
              runIds,
              format,
              checkpoints,
              metrics,
              output: { kind: 'file', path },
              taskId,
            });
          },
          'prepare',
        ),
      );
      if (outcome.kind === 'cancelled') setExitCode(outcome.exitCode);
      else if (json) printJson(outcome.result);
      else printLines([...exportedLines(outcome.result, counted(runIds.length)), ...nextStep(format, out)]);
    });
}

function addReport(runs: Command, setExitCode: SetExitCode): void {
  runs
    .command('report')
    .description('write a page that shows a run, or several side by side, and opens in any browser')
    .argument('<ids...>', `${RUN_IDS}, at most ${MOST_REPORTED}`)
    .requiredOption('--out <file>', 'the file, ending in .html; one that is there is replaced')
    .option('--json', 'print one JSON document, progress on the error output')
    .action(async (runIds: string[], { out, json }: { out: string; json?: true }) => {
      const path = givenPath(out);
      const outcome = await withService((engine) =>
        followTask(
          engine,
          (taskId) => engine.invoke('runs.report', { runIds, output: { kind: 'file', path }, taskId }),
          'prepare',
        ),
      );
      const what = runIds.length === 1 ? 'the report' : `a report of ${runIds.length} runs`;
      if (outcome.kind === 'cancelled') setExitCode(outcome.exitCode);
      else if (json) printJson(outcome.result);
      else printLines(exportedLines(outcome.result, what));
    });
}

function importedLines({ runs, warnings }: Imported): string[] {
  const told = runs.map(({ runId, name, outcome, formerId }) => {
    if (outcome === 'known') return `Run ${runId} (${printable(name)}) is here already; nothing was changed.`;
    const renamed = formerId === null ? '' : `, which was ${printable(formerId)}: another run here has that id`;
    return `Imported run ${runId} (${printable(name)})${renamed}.`;
  });
  const first = runs.find(({ outcome }) => outcome === 'imported');
  return [...warningLines(warnings), ...told, ...(first ? [`Next: thaw runs show ${first.runId}`] : [])];
}

/** Adds to `thaw runs` what writes runs for others. */
export function addExportCommands(runs: Command, setExitCode: SetExitCode): void {
  addExport(runs, setExitCode);
  addReport(runs, setExitCode);
}

export function addImportCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('import')
    .description('take in runs from elsewhere: a .thaw file, or event files of TensorBoard')
    .argument('<path>', 'a .thaw file, an event file, or a folder with event files in it')
    .option('--json', 'print one JSON document, progress on the error output')
    .action(async (written: string, { json }: { json?: true }) => {
      const path = givenPath(written);
      const outcome = await withService((engine) =>
        followTask(
          engine,
          (taskId) => engine.invoke('runs.import', { file: { kind: 'file', path }, taskId }),
          'prepare',
        ),
      );
      if (outcome.kind === 'cancelled') setExitCode(outcome.exitCode);
      else if (json) printJson(outcome.result);
      else printLines(importedLines(outcome.result));
    });
}
