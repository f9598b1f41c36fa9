import { Option, type Command } from 'commander';
import type { RunStatus } from '../../shared/contract/run.ts';
import type { RunRow } from '../../shared/contract/run-list.ts';
import type { RunKeyType } from '../../shared/contract/run-query.ts';
import { everyRun } from '../every-run.ts';
import { wholeNumber } from '../number-flag.ts';
import { count, duration, moment, printable, share } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

const STATUSES = [
  'queued',
  'running',
  'paused',
  'finished',
  'stopped',
  'failed',
  'interrupted',
] as const satisfies readonly RunStatus[];

const HEADER = ['run', 'begun', 'status', 'epochs', 'val_accuracy', 'network', 'strategy', 'dataset'];

interface ListOptions {
  readonly json?: true;
  readonly query?: string;
  readonly sort?: string;
  readonly desc?: true;
  readonly columns?: string[];
  readonly archived?: true;
  readonly trash?: true;
  readonly status?: RunStatus;
  readonly limit?: number;
}

function writtenValue(value: RunRow['values'][number], type: RunKeyType | undefined): string {
  if (value === null) return '–';
  if (typeof value === 'string') return printable(value);
  if (type === 'time') return moment(value);
  if (type === 'duration') return duration(value);
  if (type === 'boolean') return value === 1 ? 'yes' : 'no';
  return String(Number(value.toPrecision(6)));
}

function runCells(run: RunRow, types: readonly (RunKeyType | undefined)[]): string[] {
  return [
    run.runId,
    moment(run.createdAt),
    run.status,
    `${run.epochsDone}/${run.epochs}`,
    share(run.bestValAccuracy),
    run.network,
    run.strategy,
    printable(run.dataset),
    ...run.values.map((value, place) => writtenValue(value, types[place])),
  ];
}

function shelfOf({ archived, trash }: ListOptions): 'active' | 'archived' | 'trash' {
  if (trash) return 'trash';
  return archived ? 'archived' : 'active';
}

async function list({ json, sort, desc, query, columns = [], status, limit, ...options }: ListOptions): Promise<void> {
  const shelf = shelfOf(options);
  const { total, runs, types } = await withService(async (engine) => {
    const request = {
      query,
      columns,
      status,
      shelf,
      sort: sort === undefined ? [] : [{ key: sort, descending: desc === true }],
    };
    // Programs are given all of them; people are told how many are not shown.
    if (json && limit === undefined) {
      const all = await everyRun(engine, request);
      return { total: all.length, runs: all, types: [] };
    }
    const listed = await engine.invoke('runs.list', { ...request, limit });
    const known = columns.length > 0 && !json ? await engine.invoke('runs.columns', {}) : [];
    return { ...listed, types: columns.map((key) => known.find((column) => column.key === key)?.type) };
  });
  if (json) {
    printJson(runs);
    return;
  }
  if (total === 0) {
    const chosen = query !== undefined || status !== undefined || shelf !== 'active';
    printLines([chosen ? 'No run fits.' : 'No runs yet. Begin with `thaw train`.']);
    return;
  }
  const numbers = columns.flatMap((_, place) =>
    runs.every(({ values }) => typeof values[place] !== 'string') ? [HEADER.length + place] : [],
  );
  printLines(
    table([[...HEADER, ...columns.map(printable)], ...runs.map((run) => runCells(run, types))], [3, 4, ...numbers]),
  );
  if (runs.length < total) printLines([`${count(runs.length)} of ${count(total)} runs; see more with --limit.`]);
}

/** `thaw runs list` and `thaw runs columns`. */
export function addListCommands(runs: Command): void {
  runs
    .command('list', { isDefault: true })
    .description('the runs of the log, newest first')
    .option(
      '--query <query>',
      'only runs that fit it: \'val_accuracy > 0.9 and network = resnet50 and frozen("/^conv4_/")\'',
    )
    .option('--sort <key>', 'in the order of a key, such as val_accuracy or learningRate; runs without it come last')
    .option('--desc', 'the greatest first')
    .option('--columns <keys>', 'show these too: tag,learningRate,last(loss)', (keys: string) => keys.split(','))
    .addOption(new Option('--archived', 'archived runs instead').conflicts('trash'))
    .option('--trash', 'runs in the trash instead')
    .addOption(new Option('--status <status>', 'only runs of this status').choices(STATUSES))
    .option('--limit <n>', 'at most so many (default: 1000, with --json all)', wholeNumber({ least: 1, most: 10_000 }))
    .option('--json', 'print one JSON document')
    .action(list);
  runs
    .command('columns')
    .description('the keys that runs can be queried, sorted and shown by')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const columns = await withService((engine) => engine.invoke('runs.columns', {}));
      if (json) printJson(columns);
      else
        printLines(table([['key', 'type', 'of'], ...columns.map(({ key, type, of }) => [printable(key), type, of])]));
    });
}
