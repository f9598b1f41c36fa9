import type { Command } from 'commander';
import type { RunBegun } from '../../shared/contract/begin-run.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { wholeNumber } from '../number-flag.ts';
import { printJson, printLines } from '../output/print.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { withService } from '../with-service.ts';
import { begunRun, JSON_RESULT, printQueued, QUEUE } from './begun-run.ts';
import { addPlanFlags, type PlanFlags } from './plan-flags.ts';
import { addStageFlags, withStageFlags, type StageFlags } from './stage-flags.ts';

const RUN_ID = 'as `thaw runs list` shows it';

interface GoOnFlags {
  readonly queue?: boolean;
  readonly json?: boolean;
}

/** Begins a run that comes from another and follows it, or lets it wait. */
async function goOn(
  { queue = false, json = false }: GoOnFlags,
  about: string,
  begin: (engine: Transport, queue: boolean) => Promise<RunBegun>,
): Promise<number> {
  return withService(async (engine) => {
    if (!queue) return followRun(engine, json, async () => begunRun(await begin(engine, false), about));
    printQueued(await begin(engine, true), json, about);
    return 0;
  });
}

function addContinue(runs: Command, setExitCode: SetExitCode): void {
  runs
    .command('continue')
    .description('go on for more epochs where a run has ended, as a run of its own; that one stays as it is')
    .argument('<id>', RUN_ID)
    .requiredOption('--epochs <n>', 'so many more epochs', wholeNumber({ least: 1, most: 100_000 }))
    .option('--queue', QUEUE)
    .option('--json', JSON_RESULT)
    .action(async (runId: string, { epochs, ...flags }: GoOnFlags & { readonly epochs: number }) => {
      const begin = async (engine: Transport, queue: boolean) =>
        engine.invoke('runs.continue', { runId, epochs, queue });
      setExitCode(await goOn(flags, `, continuing run ${runId}`, begin));
    });
}

/** Stages are made of the blocks of the run's own network. */
async function inStages(
  engine: Transport,
  runId: string,
  asked: TrainingPlanRequest,
  flags: StageFlags,
): Promise<TrainingPlanRequest> {
  const { network } = (await engine.invoke('runs.show', { runId })).plan;
  return withStageFlags(engine, { ...asked, network }, flags);
}

function addBranch(runs: Command, setExitCode: SetExitCode): void {
  const command = runs
    .command('branch')
    .description("go on from a run's checkpoint under another plan; what is not given is as in that run")
    .argument(
      '<id>',
      RUN_CHECKPOINT.replace('by its best checkpoint', 'from its last checkpoint').replace('@last', '@best'),
    );
  const requestOf = addPlanFlags(command);
  addStageFlags(command);
  command
    .option('--queue', QUEUE)
    .option('--json', JSON_RESULT)
    .action(async (given: string, flags: PlanFlags & StageFlags & GoOnFlags) => {
      const from = runCheckpoint(given);
      const begin = async (engine: Transport, queue: boolean) => {
        const asked = await requestOf(engine, flags);
        const staged = flags.gradualUnfreezing === undefined ? asked : await inStages(engine, from.runId, asked, flags);
        const { rules, learningRateRules, ...plan } = staged;
        return engine.invoke('runs.branch', {
          ...from,
          plan: {
            ...plan,
            // Without any the run's own hold.
            ...(rules && rules.length > 0 && { rules }),
            ...(learningRateRules && learningRateRules.length > 0 && { learningRateRules }),
          },
          queue,
        });
      };
      setExitCode(await goOn(flags, `, branching off run ${given}`, begin));
    });
}

function addRepeat(runs: Command, setExitCode: SetExitCode): void {
  runs
    .command('repeat')
    .description('do once more what a run did, with its plan, its seed and its edits of the dataset')
    .argument('<id>', RUN_ID)
    .option('--queue', QUEUE)
    .option('--json', JSON_RESULT)
    .action(async (runId: string, flags: GoOnFlags) => {
      const begin = async (engine: Transport, queue: boolean) => engine.invoke('runs.repeat', { runId, queue });
      setExitCode(await goOn(flags, `, repeating run ${runId}`, begin));
    });
}

function addDiscard(runs: Command): void {
  runs
    .command('discard')
    .description('put an interrupted run that is not to go on into the trash; `thaw runs restore` takes it out again')
    .argument('<id>', RUN_ID)
    .option('--json', 'print one JSON document')
    .action(async (runId: string, { json }: { readonly json?: boolean }) => {
      await withService((engine) => engine.invoke('runs.discard', { runId }));
      if (json) printJson({ runId });
      else printLines([`Run ${runId} is in the trash; \`thaw runs restore ${runId}\` takes it out again.`]);
    });
}

/** What begins a run from another, and what lets one go. */
export function addGoOnCommands(runs: Command, setExitCode: SetExitCode): void {
  addContinue(runs, setExitCode);
  addBranch(runs, setExitCode);
  addRepeat(runs, setExitCode);
  addDiscard(runs);
}
