import { InvalidArgumentError, type Command } from 'commander';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { MOST_SEEDS, type GroupResults, type StrategyPlans } from '../../shared/contract/group-results.ts';
import { categorySummaries, transferVerdict, type TransferVerdict } from '../../shared/contract/group-summary.ts';
import type { RunResult } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followToEnd } from '../follow-run.ts';
import { wholeNumber } from '../number-flag.ts';
import { duration, printable, share } from '../output/format.ts';
import { categoryWords, groupChart, groupTable } from '../output/group-chart.ts';
import { printJson, printLines } from '../output/print.ts';
import { printFailure } from '../report-failure.ts';
import { TimeLeft } from '../time-left.ts';
import { withService } from '../with-service.ts';
import { begunRun } from './begun-run.ts';
import { addPlanFlags, type PlanFlags } from './plan-flags.ts';

interface CompareFlags {
  readonly seeds?: readonly number[];
  readonly runGroup?: string;
  readonly json?: boolean;
}

const USUAL_SEEDS = [1, 2, 3];

function seedList(text: string): readonly number[] {
  const seeds = text.split(',').map((one) => wholeNumber({ least: 0, most: 0xffffffff })(one.trim()));
  if (seeds.length <= MOST_SEEDS) return seeds;
  throw new InvalidArgumentError(`At most ${MOST_SEEDS} seeds are compared; received ${seeds.length}.`);
}

/** @throws ThawError `usage.invalid` for what is compared, given as a flag */
function assertOpen({ strategy, seed }: PlanFlags): void {
  const [flag, what] = strategy === undefined ? ['--seed', 'seeds'] : ['--strategy', 'strategies'];
  if (strategy === undefined && seed === undefined) return;
  throw new ThawError(
    'usage.invalid',
    `All three strategies are compared, each with each of --seeds; received ${flag}.`,
    `Leave ${flag} out, or train one of the ${what} with \`thaw train\`.`,
  );
}

function verdictWords(verdict: TransferVerdict | null): string {
  if (verdict === null)
    return 'Neither pretrained weights nor training from scratch have come to an accuracy to compare.';
  const { transfer, scratch, gain, clear } = verdict;
  const means = `${categoryWords('strategy', transfer.category)} ${share(transfer.mean)}, from scratch ${share(scratch.mean)}`;
  const seeds = `means of ${transfer.runs === 1 ? 'one seed' : `${transfer.runs} seeds`}`;
  const how =
    gain > 0
      ? `Transfer beats training from scratch by ${gain.toFixed(4)}`
      : `Transfer does not beat training from scratch: it is ${Math.abs(gain).toFixed(4)} below`;
  const certain = clear ? '' : ', but some of the runs of either lie within those of the other';
  return `${how} (${means}, ${seeds})${certain}.`;
}

function printed(results: GroupResults, fineTuned: string | null, verdict: TransferVerdict | null): void {
  const chart = groupChart(results, process.stdout);
  printLines([
    '',
    ...groupTable(results),
    ...(fineTuned === null
      ? []
      : [`Fine-tuning trains from '${fineTuned}' up; all below it is frozen and computed once.`]),
    ...(chart.length === 0 ? [] : ['', ...chart]),
    '',
    verdictWords(verdict),
    `In the log as the group '${printable(results.group.name)}': see \`thaw runs chart\`.`,
  ]);
}

/** The runs of this comparison alone, whatever others of its group there are; they began in the order of the plans. */
function ownResults(results: GroupResults, { runs }: StrategyPlans, done: readonly RunResult[]): GroupResults {
  const strategies = new Map(done.map(({ runId }, index) => [runId, runs[index]?.strategy]));
  const points = results.points.flatMap((point) => {
    const category = strategies.get(point.runId);
    return category === undefined ? [] : [{ ...point, category }];
  });
  return { ...results, axis: 'strategy', categories: [...new Set(points.map(({ category }) => category))], points };
}

/** Does all runs one after the other; what is done when one is stopped is kept, and the others are not begun. */
async function runAll(
  engine: Transport,
  { runs }: StrategyPlans,
  { group, json }: { readonly group: string; readonly json: boolean },
): Promise<{ readonly done: readonly RunResult[]; readonly exitCode: number }> {
  const done: RunResult[] = [];
  const left = await TimeLeft.of(engine, runs);
  let exitCode = 0;
  for (const [index, { strategy, seed, plan }] of runs.entries()) {
    const estimate = left.after(index);
    const about = `, seed ${seed} (${index + 1} of ${runs.length}${estimate === null ? '' : `, about ${duration(estimate)} left in all`})`;
    const began = performance.now();
    const followed = await followToEnd(engine, json, async () =>
      begunRun(await engine.invoke('training.start', { ...plan, group }), about),
    );
    left.took(strategy, (performance.now() - began) / 1000);
    done.push(followed.result);
    if (!json && followed.result.error) printFailure(followed.result.error);
    if (followed.exitCode !== 0) exitCode = followed.exitCode;
    if (followed.signal !== null || followed.result.status === 'stopped') break;
  }
  return { done, exitCode };
}

export function addCompareStrategiesCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('compare-strategies')
    .description(
      'train only the head, the last blocks too, and everything from scratch, each with each seed, and compare what comes of it',
    )
    .option('--seeds <list>', 'seeds, commas between (default: 1,2,3)', seedList)
    .option('--run-group <name>', 'the group that the runs belong to');
  const requestOf = addPlanFlags(command);
  command
    .option('--json', 'print one JSON document, progress on the error output')
    .action(async ({ seeds = USUAL_SEEDS, runGroup, json = false, ...flags }: PlanFlags & CompareFlags) => {
      assertOpen(flags);
      await withService(async (engine) => {
        const plan = await requestOf(engine, flags);
        const plans = await engine.invoke('plans.strategies', { plan, seeds: [...seeds] });
        const group = runGroup ?? plans.name;
        const { done, exitCode } = await runAll(engine, plans, { group, json });
        const all = await engine.invoke('runs.groupResults', { group });
        const results = ownResults(all, plans, done);
        const summaries = categorySummaries(results);
        const verdict = transferVerdict(summaries);
        if (json) printJson({ ...results, thawedFrom: plans.thawedFrom, summaries, verdict });
        else printed(results, plans.thawedFrom, verdict);
        setExitCode(exitCode);
      });
    });
}
