import { Command, CommanderError } from 'commander';
import { ThawError } from '../shared/errors/thaw-error.ts';
import { thawVersion } from '../engine/service/version.ts';
import { addActivationsCommand } from './commands/activations.ts';
import { addCacheCommands } from './commands/cache.ts';
import { addCompareStrategiesCommand } from './commands/compare-strategies.ts';
import { addDatasetCommands } from './commands/dataset.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addImportCommand } from './commands/exchange.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addExportModelCommand } from './commands/export-model.ts';
import { addFeaturesCommand } from './commands/features.ts';
import { addFindBatchSizeCommand } from './commands/find-batch-size.ts';
import { addFindRateCommand } from './commands/find-rate.ts';
import { addLogCommands } from './commands/log.ts';
import { addNetworksCommands } from './commands/networks.ts';
import { addNextBlockCommand } from './commands/next-block.ts';
import { addPredictCommand } from './commands/predict.ts';
import { addQueueCommands } from './commands/queue.ts';
import { addRunsCommands } from './commands/runs.ts';
import { addServeCommand } from './commands/serve.ts';
import { addServeModelCommand } from './commands/serve-model.ts';
import { addSweepCommand } from './commands/sweep.ts';
import { addSupportCommand } from './commands/support.ts';
import { addTrainCommand } from './commands/train.ts';
import { addWeightsCommands } from './commands/weights.ts';
import { commandWords } from './command-words.ts';
import type { SetExitCode } from './exit-code.ts';
import { reportFailure } from './report-failure.ts';

/** Commander's answers that are no failures: help and version were asked for, or nothing was. */
const ASKED_FOR = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

function buildProgram(setExitCode: SetExitCode): Command {
  const program = new Command('thaw')
    .description('Transfer learning on images: pick a pretrained network, freeze and thaw its layers, train.')
    .version(thawVersion())
    // An option after `networks check` is of `check`, not of `networks`.
    .enablePositionalOptions()
    .exitOverride()
    // Failures are told once, by `reportFailure`.
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError();
  addTrainCommand(program, setExitCode);
  addSweepCommand(program, setExitCode);
  addCompareStrategiesCommand(program, setExitCode);
  addFindRateCommand(program, setExitCode);
  addFindBatchSizeCommand(program, setExitCode);
  addNextBlockCommand(program, setExitCode);
  addQueueCommands(program, setExitCode);
  addRunsCommands(program, setExitCode);
  addImportCommand(program, setExitCode);
  addEvaluateCommand(program, setExitCode);
  addPredictCommand(program, setExitCode);
  addExplainCommand(program, setExitCode);
  addExportModelCommand(program, setExitCode);
  addActivationsCommand(program);
  addFeaturesCommand(program, setExitCode);
  addDatasetCommands(program, setExitCode);
  addNetworksCommands(program, setExitCode);
  addWeightsCommands(program, setExitCode);
  addServeCommand(program);
  addServeModelCommand(program);
  addDoctorCommand(program, setExitCode);
  addCacheCommands(program);
  addLogCommands(program, setExitCode);
  addSupportCommand(program);
  return program;
}

function wantsJson(parameters: readonly string[]): boolean {
  const end = parameters.indexOf('--');
  return (end === -1 ? parameters : parameters.slice(0, end)).includes('--json');
}

/**
 * Runs one command.
 *
 * @param parameters what follows `thaw`
 * @returns the exit code: 0, 1 where it failed, 2 where the command was wrong, 130 after Ctrl+C
 */
export async function runCommandLine(parameters: readonly string[]): Promise<number> {
  // A reader that has seen enough, such as `head`, closes the pipe.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  if (parameters.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync([...parameters], { from: 'user' });
    return exitCode;
  } catch (error) {
    const told = { json: wantsJson(parameters), command: commandWords(program, parameters) };
    if (!(error instanceof CommanderError)) return reportFailure(error, told);
    if (ASKED_FOR.has(error.code) && !told.json) return error.exitCode === 0 ? 0 : 2;
    if (error.exitCode === 0) return 0;
    const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    const hint = 'See `thaw --help` and `thaw COMMAND --help`.';
    return reportFailure(new ThawError('usage.invalid', message, hint), told);
  }
}
