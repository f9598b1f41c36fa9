import type { Command } from 'commander';
import { FEWEST_RATES, type RateRule, type RateSearch } from '../../shared/contract/finders.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { decimalNumber, wholeNumber } from '../number-flag.ts';
import { printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { rateChart } from '../output/rate-chart.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import { addSearchedPlan, type SearchedFlags } from './searched-plan.ts';

interface RateFlags extends SearchedFlags {
  readonly from?: number;
  readonly to?: number;
  readonly tries?: number;
  readonly json?: true;
}

const RULES: Readonly<Record<RateRule, string>> = {
  valley: 'valley',
  steepest: 'steepest',
  leastTenth: 'least / 10',
};

/** What a search found, for people. */
export function rateLines({ points, ended, suggestions, doubt, warnings, optimizer }: RateSearch): string[] {
  const [first] = suggestions;
  return [
    ...warnings.map((warning) => `warning: ${printable(warning)}`),
    ...rateChart({ points, suggestions }),
    '',
    `${ended} Nothing was changed.`,
    ...(doubt === null ? [] : [doubt]),
    ...(first
      ? [
          '',
          ...table(suggestions.map(({ rule, rate, why }) => [`  ${RULES[rule]}`, rate.toString(), why])),
          '',
          `Next: --lr ${first.rate}; without it ${optimizer.kind} takes ${optimizer.learningRate}.`,
        ]
      : []),
  ];
}

export function addFindRateCommand(program: Command, setExitCode: SetExitCode): void {
  const rate = decimalNumber({ least: 0, above: true, most: 1e6 });
  const command = program
    .command('find-rate')
    .description('look for a learning rate: try a plan with rates that rise at each step; no weights are kept')
    .option('--from <rate>', 'the rate of the first step (default: 1e-6)', rate)
    .option('--to <rate>', 'that of the last (default: 10)', rate)
    .option(
      '--tries <n>',
      'steps from one to the other (default: 100)',
      wholeNumber({ least: FEWEST_RATES, most: 5000 }),
    );
  const planOf = addSearchedPlan(command);
  command.option('--json', 'print one JSON document').action(async (given: RateFlags) => {
    const { from, to, tries: steps, json, ...flags } = given;
    const asked = {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(steps !== undefined && { steps }),
    };
    const outcome = await withService(async (engine) => {
      const plan = await planOf(engine, flags);
      return followTask(engine, (taskId) => engine.invoke('training.findRate', { plan, ...asked, taskId }), 'train');
    });
    if (outcome.kind === 'cancelled') setExitCode(outcome.exitCode);
    else if (json) printJson(outcome.result);
    else printLines(rateLines(outcome.result));
  });
}
