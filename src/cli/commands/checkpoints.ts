import { Option, type Command } from 'commander';
import type { CheckpointChoice, StoredCheckpoint } from '../../shared/contract/checkpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { wholeNumber } from '../number-flag.ts';
import { bytes, count, printable } from '../output/format.ts';
import { checkpointTable } from '../output/checkpoint-table.ts';
import { printJson, printLines } from '../output/print.ts';
import { writtenRun } from '../run-checkpoint.ts';
import { withService } from '../with-service.ts';
import { changeRuns } from './run-edits.ts';

const RUN_ID = 'as `thaw runs list` shows it';
const STEP = wholeNumber({ least: 0 });

interface StarFlags {
  /** At most one of the three. */
  readonly step?: number;
  readonly best?: true;
  readonly last?: true;
  /** The run itself, none of its checkpoints. */
  readonly run?: true;
  readonly json?: true;
}

function choice({ step, last }: StarFlags): CheckpointChoice {
  if (step !== undefined) return { step };
  return last ? 'last' : 'best';
}

function addList(runs: Command): void {
  runs
    .command('checkpoints')
    .description('the checkpoints that a run has kept: its last, its best and its starred ones')
    .argument('<id>', RUN_ID)
    .option('--json', 'print one JSON document')
    .action(async (runId: string, { json }: { json?: true }) => {
      await withService(async (engine) => {
        const kept = await engine.invoke('runs.checkpoints', { runId });
        if (json) printJson(kept);
        else if (kept.length > 0) printLines(checkpointTable(kept));
        else {
          const { folder, exists } = await engine.invoke('runs.files', { runId });
          printLines([
            exists
              ? 'This run has kept no checkpoint.'
              : `The folder of this run is not there: '${printable(folder)}'.`,
          ]);
        }
      });
    });
}

function addStar(runs: Command): void {
  runs
    .command('star')
    .description(
      'keep a checkpoint of a run, also when training goes on from it, or star the run itself; it may be under way',
    )
    .argument('<id>', RUN_ID)
    .addOption(new Option('--step <n>', 'that of this step').argParser(STEP).conflicts(['best', 'last']))
    .addOption(new Option('--best', 'that of the best epoch (default)').conflicts(['step', 'last']))
    .addOption(new Option('--last', 'the newest').conflicts(['step', 'best']))
    .addOption(new Option('--run', 'the run itself, none of its checkpoints').conflicts(['step', 'best', 'last']))
    .option('--json', 'print one JSON document')
    .action(async (runId: string, flags: StarFlags) => {
      if (flags.run) return changeRuns([runId], { starred: true }, { said: 'Starred', json: flags.json });
      const starred = await withService((engine) => engine.invoke('runs.star', { runId, checkpoint: choice(flags) }));
      if (flags.json) {
        printJson(starred);
        return;
      }
      printLines([
        `Starred the checkpoint of step ${count(starred.step)} (${bytes(starred.bytes)}).`,
        `Next: thaw train --weights ${writtenRun(runId, { step: starred.step })}`,
      ]);
    });
}

function addUnstar(runs: Command): void {
  runs
    .command('unstar')
    .description('let a starred checkpoint go; as the last or best one it stays; or take the star from the run itself')
    .argument('<id>', RUN_ID)
    .addOption(new Option('--step <n>', 'that of this step').argParser(STEP).conflicts('run'))
    .option('--run', 'the run itself, none of its checkpoints')
    .option('--json', 'print one JSON document')
    .action(async (runId: string, { step, run, json }: { step?: number; run?: true; json?: true }) => {
      if (run) return changeRuns([runId], { starred: false }, { said: 'Took the star from', json });
      if (step === undefined) {
        throw new ThawError(
          'usage.invalid',
          'What loses its star must be named; received neither --step nor --run.',
          `See the steps with \`thaw runs checkpoints ${runId}\`.`,
        );
      }
      const kept: StoredCheckpoint[] = await withService((engine) => engine.invoke('runs.unstar', { runId, step }));
      if (json) printJson(kept);
      else printLines([`Took the star from the checkpoint of step ${count(step)}.`]);
    });
}

/** Adds to `thaw runs` what is about the checkpoints of one. */
export function addCheckpointCommands(runs: Command): void {
  addList(runs);
  addStar(runs);
  addUnstar(runs);
}
