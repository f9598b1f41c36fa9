import type { Command } from 'commander';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { printJson } from '../output/print.ts';
import { groupOfFile, planFile } from '../plan-file.ts';
import { onlyStart, queueSeries, trainSeries } from '../train-series.ts';
import { withService } from '../with-service.ts';
import { begunRun, JSON_RESULT, printQueued } from './begun-run.ts';
import { addPlanFlags, type PlanFlags } from './plan-flags.ts';
import { addStageFlags, withStageFlags, type StageFlags } from './stage-flags.ts';

interface StartFlags {
  readonly plan?: string;
  readonly planSchema?: true;
  readonly runGroup?: string;
  readonly queue?: boolean;
  readonly json?: boolean;
}

type Asked = Parameters<typeof planFile>[2];

/** One run, or one that waits. */
async function trainOne(engine: Transport, asked: ReturnType<typeof onlyStart>, how: StartFlags): Promise<number> {
  const { queue = false, json = false } = how;
  if (!queue) return followRun(engine, json, async () => begunRun(await engine.invoke('training.start', asked)));
  printQueued(await engine.invoke('queue.add', asked), json);
  return 0;
}

/** What a plan file asks for. */
async function trainFile(engine: Transport, file: string, flags: Asked, how: StartFlags): Promise<number> {
  const { queue = false, json = false, runGroup } = how;
  const { runs, group: named } = await planFile(engine, file, flags);
  const [first] = runs;
  if (first?.name === null) {
    const group = runGroup ?? named ?? undefined;
    return trainOne(engine, { ...onlyStart(first), ...(group !== undefined && { group }) }, how);
  }
  const group = runGroup ?? named ?? groupOfFile(file);
  if (!queue) return trainSeries(engine, runs, { group, json });
  const begun = await queueSeries(engine, runs, group);
  if (json) printJson(begun);
  else for (const run of begun) printQueued(run, false);
  return 0;
}

export function addTrainCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('train')
    .description('train a classifier on a folder of images; with no flags, on the sample that ships with Thaw')
    .option(
      '--plan <file>',
      'a plan in YAML or JSON, or several that are done in order; what other flags say takes the place of what it says',
    )
    .option('--plan-schema', 'print a JSON schema of plan files for editors, and train nothing');
  const requestOf = addPlanFlags(command);
  addStageFlags(command);
  command
    .option('--run-group <name>', 'the group that the run belongs to, made where there is none of that name')
    .option('--queue', 'let the run wait for its turn: see `thaw queue`')
    .option('--json', JSON_RESULT)
    .action(async (flags: PlanFlags & StageFlags & StartFlags) => {
      const { plan, planSchema, runGroup: group } = flags;
      await withService(async (engine) => {
        if (planSchema) {
          printJson(await engine.invoke('plans.schema', {}));
          return;
        }
        const asked = await withStageFlags(engine, await requestOf(engine, flags), flags);
        setExitCode(
          plan === undefined
            ? await trainOne(engine, { ...asked, ...(group !== undefined && { group }) }, flags)
            : await trainFile(engine, plan, asked, flags),
        );
      });
    });
}
