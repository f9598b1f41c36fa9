import type { Command } from 'commander';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { layerTable } from '../output/layer-table.ts';
import { printJson, printLines } from '../output/print.ts';
import { runPage } from '../output/run-page.ts';
import { runCheckpoint } from '../run-checkpoint.ts';
import { withService } from '../with-service.ts';
import { addChartCommand } from './chart-runs.ts';
import { addCheckpointCommands } from './checkpoints.ts';
import { addAverageCommand } from './average-runs.ts';
import { addCompareCommand } from './compare-runs.ts';
import { addGoOnCommands } from './go-on.ts';
import { addListCommands } from './list-runs.ts';
import { addEditCommands } from './run-edits.ts';
import { addPlanCommand } from './write-plan.ts';
import { addExportCommands } from './exchange.ts';

const NO_LAYERS = 'This run has not looked into its layers: it took fewer steps than --introspect says, or said 0.';
function addShow(runs: Command): void {
  runs
    .command('show')
    .description('all that the log knows of a run')
    .argument('<id>', 'as `thaw runs list` shows it')
    .option('--layers', "each layer's gradient and drift instead, as the run last measured them")
    .option('--json', 'print one JSON document')
    .action(async (runId: string, { layers, json }: { layers?: true; json?: true }) => {
      await withService(async (engine) => {
        if (layers) {
          const gauges = await engine.invoke('runs.layers', { runId });
          if (json) printJson(gauges);
          else printLines(gauges.length === 0 ? [NO_LAYERS] : layerTable(gauges));
          return;
        }
        const detail = await engine.invoke('runs.show', { runId });
        if (json) printJson(detail);
        else printLines(runPage(detail, await engine.invoke('runs.checkpoints', { runId })));
      });
    });
}

/** @throws ThawError `usage.invalid` for another checkpoint than the last: those after it would have to be forgotten */
function resumable(given: string): string {
  const { runId, checkpoint = 'last' } = runCheckpoint(given);
  if (checkpoint === 'last') return runId;
  throw new ThawError(
    'usage.invalid',
    `A run is continued from its last checkpoint; received '${given}'.`,
    `Branch another run off that one: \`thaw runs branch ${given}\`.`,
  );
}

function addResume(runs: Command, setExitCode: SetExitCode): void {
  runs
    .command('resume')
    .description('continue a stopped or interrupted run from its last checkpoint')
    .argument('<id>', 'as `thaw runs list` shows it')
    .option('--json', 'print the result as one JSON document, progress on the error output')
    .action(async (given: string, { json }: { json?: true }) => {
      const runId = resumable(given);
      setExitCode(
        await withService((engine) =>
          followRun(engine, json === true, async () => {
            await engine.invoke('runs.resume', { runId });
            const { plan, summary } = await engine.invoke('runs.show', { runId });
            return {
              runId,
              epochs: plan.epochs,
              title: `Run ${runId}: ${summary.name}, continuing after epoch ${summary.epochsDone}`,
            };
          }),
        ),
      );
    });
}

export function addRunsCommands(program: Command, setExitCode: SetExitCode): void {
  const runs = program.command('runs').description('browse and continue past runs');
  addListCommands(runs);
  addShow(runs);
  addPlanCommand(runs);
  addResume(runs, setExitCode);
  addGoOnCommands(runs, setExitCode);
  addCompareCommand(runs);
  addAverageCommand(runs);
  addChartCommand(runs);
  addCheckpointCommands(runs);
  addEditCommands(runs, setExitCode);
  addExportCommands(runs, setExitCode);
}
