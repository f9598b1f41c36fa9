import { Option, type Command } from 'commander';
import { PLAN_FORMATS, type PlanFormat } from '../../shared/contract/plan-file.ts';
import { withService } from '../with-service.ts';

/** `thaw runs plan` */
export function addPlanCommand(runs: Command): void {
  runs
    .command('plan')
    .description("print a run's plan as a file that `thaw train --plan` takes, and that trains the same again")
    .argument('<id>', 'as `thaw runs list` shows it')
    .addOption(new Option('--format <name>', 'what it is written in').choices(PLAN_FORMATS).default('yaml'))
    .action(async (runId: string, { format }: { readonly format: PlanFormat }) => {
      await withService(async (engine) => {
        const { text } = await engine.invoke('plans.write', { of: { runId }, format });
        process.stdout.write(text);
      });
    });
}
