import { Option, type Command } from 'commander';
import type { QueueState } from '../../shared/contract/queue.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followQueue } from '../follow-queue.ts';
import { count, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

const HEADER = ['', 'run', 'network', 'strategy', 'epochs', 'group', 'dataset'];
const JSON_DOCUMENT = 'print one JSON document';
const WAITING_ID = 'as `thaw queue list` shows it';

interface JsonFlag {
  readonly json?: boolean;
}

function printQueue({ waiting }: Pick<QueueState, 'waiting'>, json: boolean): void {
  if (json) {
    printJson(waiting);
    return;
  }
  const rows = waiting.map(({ position, runId, network, strategy, epochs, group, dataset }) => [
    String(position),
    runId,
    network,
    strategy,
    String(epochs),
    printable(group?.name ?? ''),
    printable(dataset),
  ]);
  printLines(
    rows.length === 0
      ? ['Nothing waits. Add to it with `thaw train --queue` or `thaw sweep`.']
      : table([HEADER, ...rows], [0, 4]),
  );
}

function addList(queue: Command): void {
  queue
    .command('list', { isDefault: true })
    .description('the runs that wait, the next one first')
    .option('--json', JSON_DOCUMENT)
    .action(async ({ json = false }: JsonFlag) =>
      printQueue(await withService((engine) => engine.invoke('queue.list', {})), json),
    );
}

function addRun(queue: Command, setExitCode: SetExitCode): void {
  queue
    .command('run')
    .description(
      'begin what waits, one run after the other, each when no other trainer is at work, until nothing waits; Ctrl+C stops the run under way and leaves the others waiting',
    )
    .option('--json', 'print what became of the runs as one JSON document, progress on the error output')
    .action(async ({ json = false }: JsonFlag) =>
      setExitCode(await withService((engine) => followQueue(engine, json))),
    );
}

interface MoveFlags extends JsonFlag {
  readonly before?: string;
  readonly first?: true;
  readonly last?: true;
}

function addMove(queue: Command): void {
  queue
    .command('move')
    .description('change when a waiting run has its turn')
    .argument('<id>', WAITING_ID)
    .addOption(new Option('--before <id>', 'before this one').conflicts(['first', 'last']))
    .addOption(new Option('--first', 'before all others').conflicts(['before', 'last']))
    .addOption(new Option('--last', 'behind all others').conflicts(['before', 'first']))
    .option('--json', JSON_DOCUMENT)
    .action(async (runId: string, { before, first, last, json = false }: MoveFlags) => {
      if (before === undefined && !first && !last) {
        throw new ThawError(
          'usage.invalid',
          'A run is moved before another, to the beginning or to the end; received none of these.',
          'Pass --before ID, --first or --last.',
        );
      }
      const moved = await withService(async (engine) => {
        const { waiting } = await engine.invoke('queue.list', {});
        const place = first ? (waiting[0]?.runId ?? null) : (before ?? null);
        return engine.invoke('queue.move', { runId, before: place });
      });
      printQueue(moved, json);
    });
}

async function cancel(runIdsOf: (waiting: QueueState['waiting']) => readonly string[], json: boolean): Promise<void> {
  const cancelled = await withService(async (engine) => {
    const { waiting } = await engine.invoke('queue.list', {});
    const runIds = [...runIdsOf(waiting)];
    return runIds.length === 0 ? [] : (await engine.invoke('queue.cancel', { runIds })).cancelled;
  });
  if (json) printJson(cancelled);
  else
    printLines([
      `${count(cancelled.length)} ${cancelled.length === 1 ? 'run was' : 'runs were'} taken out of the queue.`,
    ]);
}

/** @throws ThawError `run.state` for a run that does not wait */
function expectWaiting(waiting: QueueState['waiting'], runIds: readonly string[]): readonly string[] {
  const other = runIds.find((runId) => waiting.every((run) => run.runId !== runId));
  if (other === undefined) return runIds;
  throw new ThawError(
    'run.state',
    `Only runs that wait can be taken out of the queue; '${other}' does not.`,
    'See what waits with `thaw queue list`; a run under way is stopped where it runs.',
  );
}

function addCancel(queue: Command): void {
  queue
    .command('cancel')
    .description('take waiting runs out of the queue; they leave no trace, as they never began')
    .argument('<ids...>', WAITING_ID)
    .option('--json', JSON_DOCUMENT)
    .action(async (runIds: string[], { json = false }: JsonFlag) =>
      cancel((waiting) => expectWaiting(waiting, runIds), json),
    );
  queue
    .command('clear')
    .description('take all waiting runs out of the queue')
    .option('--json', JSON_DOCUMENT)
    .action(async ({ json = false }: JsonFlag) => cancel((waiting) => waiting.map(({ runId }) => runId), json));
}

export function addQueueCommands(program: Command, setExitCode: SetExitCode): void {
  const queue = program.command('queue').description('runs that wait for the one trainer');
  addList(queue);
  addRun(queue, setExitCode);
  addMove(queue);
  addCancel(queue);
}
