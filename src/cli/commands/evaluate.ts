import { Option, type Command } from 'commander';
import type { EvaluateRequest, EvaluationReport } from '../../shared/contract/evaluate.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { SPLITS } from '../../shared/contract/splits.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { givenPath } from '../given-path.ts';
import { evaluationLines, keptLines } from '../output/evaluation-page.ts';
import { printJson, printLines } from '../output/print.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { withService } from '../with-service.ts';
import { addStructureFlags, structureAsked, type StructureFlags } from './dataset-flags.ts';

const TOP_LOSSES = 10;

interface EvaluateFlags extends StructureFlags {
  readonly run: string;
  readonly split?: (typeof SPLITS)[number];
  readonly dataset?: string;
  readonly list?: true;
  readonly json?: true;
}

/** @throws ThawError `usage.invalid` for a layout of no folder */
function requestOf(flags: EvaluateFlags): EvaluateRequest {
  const { run, split = 'validation', dataset } = flags;
  const structure = structureAsked(flags);
  if (dataset !== undefined) {
    const folder = { kind: 'folder', path: givenPath(dataset), ...(structure && { structure }) } as const;
    return { ...runCheckpoint(run), on: { kind: 'dataset', dataset: folder } };
  }
  if (structure) {
    throw new ThawError(
      'usage.invalid',
      'How a folder is laid out is said of one that is given; a split of the run is read as when the run began.',
      'Add --dataset FOLDER, or leave these flags out.',
    );
  }
  return { ...runCheckpoint(run), on: { kind: 'split', split } };
}

async function printPage(engine: Transport, runId: string, report: EvaluationReport): Promise<void> {
  const { evaluationId } = report;
  const page = { order: 'loss', offset: 0, limit: TOP_LOSSES } as const;
  const { images } = await engine.invoke('evaluations.images', { runId, evaluationId, ...page });
  printLines(evaluationLines(runId, report, images));
}

async function listKept({ run, json }: EvaluateFlags): Promise<void> {
  const { runId } = runCheckpoint(run);
  const kept = await withService((engine) => engine.invoke('evaluations.list', { runId }));
  if (json) printJson(kept);
  else printLines(keptLines(runId, kept));
}

export function addEvaluateCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('evaluate')
    .description(
      'how well a checkpoint of a run tells classes: all figures with their intervals, calibration, confusions, slices; kept with the run',
    )
    .requiredOption('--run <id>', RUN_CHECKPOINT)
    .addOption(
      new Option('--split <name>', "which of the run's own images (default: validation)")
        .choices(SPLITS)
        .conflicts(['dataset']),
    )
    .option('--dataset <folder>', "every image of another folder instead, matched to the run's classes by name");
  addStructureFlags(command);
  command
    .addOption(
      new Option('--list', 'list what was evaluated before, and evaluate nothing').conflicts(['split', 'dataset']),
    )
    .option('--json', 'print one JSON document, progress on the error output')
    .action(async (flags: EvaluateFlags) => {
      if (flags.list) {
        await listKept(flags);
        return;
      }
      const request = requestOf(flags);
      await withService(async (engine) => {
        const outcome = await followTask(
          engine,
          (taskId) => engine.invoke('evaluations.run', { ...request, taskId }),
          'evaluate',
        );
        if (outcome.kind === 'cancelled') {
          setExitCode(outcome.exitCode);
          printLines(flags.json ? [] : ['Cancelled: nothing was kept.']);
        } else if (flags.json) printJson(outcome.result);
        else await printPage(engine, request.runId, outcome.result);
      });
    });
}
