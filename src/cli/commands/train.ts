import type { Command } from 'commander';
import type { SetExitCode } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { withService } from '../with-service.ts';
import { begunRun, JSON_RESULT, printQueued } from './begun-run.ts';
import { addPlanFlags, type PlanFlags } from './plan-flags.ts';

interface StartFlags {
  readonly runGroup?: string;
  readonly queue?: boolean;
  readonly json?: boolean;
}

export function addTrainCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('train')
    .description('train a classifier on a folder of images; with no flags, on the sample that ships with Thaw');
  const requestOf = addPlanFlags(command);
  command
    .option('--run-group <name>', 'the group that the run belongs to, made where there is none of that name')
    .option('--queue', 'let the run wait for its turn: see `thaw queue`')
    .option('--json', JSON_RESULT)
    .action(async (flags: PlanFlags & StartFlags) => {
      const { runGroup: group, queue, json = false } = flags;
      await withService(async (engine) => {
        const asked = { ...(await requestOf(engine, flags)), ...(group !== undefined && { group }) };
        if (queue) printQueued(await engine.invoke('queue.add', asked), json);
        else {
          const begin = async () => begunRun(await engine.invoke('training.start', asked));
          setExitCode(await followRun(engine, json, begin));
        }
      });
    });
}
