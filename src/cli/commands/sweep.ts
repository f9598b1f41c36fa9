import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { STRATEGIES } from '../../shared/contract/plan.ts';
import type { SweepValues } from '../../shared/contract/queue.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followQueue } from '../follow-queue.ts';
import { decimalNumber, wholeNumber } from '../number-flag.ts';
import { printable } from '../output/format.ts';
import { groupChart, groupTable } from '../output/group-chart.ts';
import { printJson, printLines } from '../output/print.ts';
import { withService } from '../with-service.ts';
import { addPlanFlags, type PlanFlags } from './plan-flags.ts';

interface SweepFlags {
  readonly values: SweepValues;
  readonly name?: string;
  readonly run?: true;
  readonly json?: true;
}

function strategy(text: string): (typeof STRATEGIES)[number] {
  const found = STRATEGIES.find((known) => known === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`A strategy is ${STRATEGIES.join(', ')}; received '${text}'.`);
}

type Reader<Key extends keyof SweepValues> = (texts: readonly string[], before: SweepValues) => Pick<SweepValues, Key>;

const READERS: { readonly [Key in keyof SweepValues]-?: Reader<Key> } = {
  learningRate: (texts, { learningRate = [] }) => ({
    learningRate: [...learningRate, ...texts.map(decimalNumber({ least: 0, above: true }))],
  }),
  strategy: (texts, before) => ({ strategy: [...(before.strategy ?? []), ...texts.map(strategy)] }),
  boundary: (texts, { boundary = [] }) => ({ boundary: [...boundary, ...texts] }),
  seed: (texts, { seed = [] }) => ({ seed: [...seed, ...texts.map(wholeNumber({ least: 0, most: 0xffffffff }))] }),
};

/** What stands between commas; a comma in an expression between slashes is part of it. */
function listed(text: string): readonly string[] {
  return Array.from(text.matchAll(/(?:^|,)\s*(\/(?:\\.|[^\\])+?\/(?=\s*(?:,|$))|[^,]*)/g), ([, value = '']) =>
    value.trim(),
  );
}

/** `seed=1,2,3`, added to what was given before. */
export function sweptValues(text: string, before: SweepValues = {}): SweepValues {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  const texts = listed(text.slice(at + 1));
  const reader = Object.entries(READERS).find(([key]) => key === name)?.[1];
  if (!reader || texts.some((value) => value === '')) {
    throw new InvalidArgumentError(
      `It must be one of ${Object.keys(READERS).join(', ')}, '=' and values with commas between: seed=1,2,3.`,
    );
  }
  return { ...before, ...reader(texts, before) };
}

/** Works the queue off, whatever else waits in it too, and shows what the sweep came to. */
async function runSwept(engine: Transport, group: string): Promise<number> {
  const exitCode = await followQueue(engine, false);
  const results = await engine.invoke('runs.groupResults', { group });
  printLines(['', ...groupTable(results), '', ...groupChart(results, process.stdout)]);
  return exitCode;
}

export function addSweepCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('sweep')
    .description('let a run wait for each combination of listed values; all belong to one group: see `thaw queue`')
    .requiredOption(
      '--values <name=values>',
      'learningRate, strategy, boundary or seed, and what it goes through, commas between; may be repeated. A boundary is a layer or block from which all trains, or last:N',
      sweptValues,
    )
    .option('--name <name>', 'of the group (default: what is swept)')
    .option('--run', 'begin what waits at once, and show a chart of the group in the end');
  const requestOf = addPlanFlags(command);
  command
    .addOption(new Option('--json', 'print one JSON document').conflicts('run'))
    .action(async ({ values, name, run, json, ...flags }: PlanFlags & SweepFlags) => {
      await withService(async (engine) => {
        const plan = await requestOf(engine, flags);
        const added = await engine.invoke('queue.sweep', { plan, values, ...(name !== undefined && { name }) });
        if (json) printJson(added);
        else {
          printLines([
            ...added.warnings.map((warning) => `warning: ${printable(warning)}`),
            `${added.runIds.length} runs wait, in the group '${printable(added.group.name)}'.`,
            run ? '' : `\`thaw queue run\` begins what waits, and \`thaw runs chart\` shows what came of it.`,
          ]);
          if (run) setExitCode(await runSwept(engine, added.group.id));
        }
      });
    });
}
