import type { Command } from 'commander';
import { text } from 'node:stream/consumers';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { EmptiedTrash, RunEdit } from '../../shared/contract/run-edit.ts';
import type { RunRow } from '../../shared/contract/run-list.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { everyRun } from '../every-run.ts';
import type { SetExitCode } from '../exit-code.ts';
import { bytes, count, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { withService } from '../with-service.ts';

const RUN_ID = 'as `thaw runs list` shows it';
const JSON_OPTION = ['--json', 'print one JSON document'] as const;

interface Flags {
  readonly json?: true;
}

function runsCounted(runIds: readonly string[]): string {
  return runIds.length === 1 ? `run ${runIds[0] ?? ''}` : `${count(runIds.length)} runs`;
}

/** Changes runs, and says what was done. */
export async function changeRuns(
  runIds: string[],
  change: RunEdit['change'],
  { said, json }: { readonly said: string; readonly json: true | undefined },
): Promise<void> {
  await withService((engine) => engine.invoke('runs.edit', { runIds, change }));
  if (json) printJson({ runIds, change });
  else printLines([`${said} ${runsCounted(runIds)}.`]);
}

function addTags(runs: Command): void {
  runs
    .command('tag')
    .description('give a run tags, by which it is found again')
    .argument('<id>', RUN_ID)
    .argument('<tags...>', 'a word or several in quotes')
    .option(...JSON_OPTION)
    .action((runId: string, tags: string[], { json }: Flags) =>
      changeRuns([runId], { addTags: tags }, { said: `Tagged with ${tags.map(printable).join(', ')}:`, json }),
    );
  runs
    .command('untag')
    .description('take tags from a run')
    .argument('<id>', RUN_ID)
    .argument('<tags...>')
    .option(...JSON_OPTION)
    .action((runId: string, tags: string[], { json }: Flags) =>
      changeRuns([runId], { removeTags: tags }, { said: `Took ${tags.map(printable).join(', ')} from`, json }),
    );
}

function addWords(runs: Command): void {
  runs
    .command('note')
    .description("write a run's note, in place of what it says now")
    .argument('<id>', RUN_ID)
    .argument('<text>', 'what it is to say; - reads it from the input, "" takes the note away')
    .option(...JSON_OPTION)
    .action(async (runId: string, given: string, { json }: Flags) => {
      const note = given === '-' ? (await text(process.stdin)).trimEnd() : given;
      await changeRuns([runId], { note }, { said: note === '' ? 'Took the note from' : 'Noted for', json });
    });
  runs
    .command('rename')
    .description('give a run another name; its id stays')
    .argument('<id>', RUN_ID)
    .argument('<name>')
    .option(...JSON_OPTION)
    .action((runId: string, name: string, { json }: Flags) =>
      changeRuns([runId], { name }, { said: `Named ${printable(name)}:`, json }),
    );
}

function addArchive(runs: Command): void {
  for (const archived of [true, false]) {
    runs
      .command(archived ? 'archive' : 'unarchive')
      .description(archived ? 'put runs away: lists show them only when asked' : 'show archived runs in lists again')
      .argument('<ids...>', RUN_ID)
      .option(...JSON_OPTION)
      .action((runIds: string[], { json }: Flags) =>
        changeRuns(runIds, { archived }, { said: archived ? 'Archived' : 'No longer archived:', json }),
      );
  }
}

function emptiedLines({ removed, bytes: freed, problems }: EmptiedTrash): string[] {
  return [
    removed.length === 0 ? 'Nothing was deleted.' : `Deleted ${runsCounted(removed)}; ${bytes(freed)} are free again.`,
    ...problems.map(({ runId, problem }) => `${runId}: ${printable(problem)}`),
  ];
}

/** What is in the trash, or these of it. @throws ThawError `run.unknown`, `run.state` for a run that is not in it */
async function trashedRuns(engine: Transport, runIds: readonly string[]): Promise<RunRow[]> {
  const trashed = await everyRun(engine, { shelf: 'trash' });
  const known = new Set(trashed.map(({ runId }) => runId));
  const other = runIds.find((runId) => !known.has(runId));
  if (other !== undefined) {
    await engine.invoke('runs.show', { runId: other });
    throw new ThawError(
      'run.state',
      `Only what is in the trash is deleted for good; run '${other}' is not in it.`,
      `Put it there with \`thaw runs delete ${other}\`.`,
    );
  }
  return runIds.length === 0 ? trashed : trashed.filter(({ runId }) => runIds.includes(runId));
}

function addTrash(runs: Command, setExitCode: SetExitCode): void {
  runs
    .command('delete')
    .description('put runs into the trash; `thaw runs restore` takes them out again')
    .argument('<ids...>', RUN_ID)
    .option(...JSON_OPTION)
    .action(async (runIds: string[], { json }: Flags) => {
      await withService((engine) => engine.invoke('runs.trash', { runIds }));
      if (json) printJson({ runIds });
      else {
        printLines([
          `Put ${runsCounted(runIds)} into the trash.`,
          `Undo: thaw runs restore ${runIds.join(' ')}`,
          'Delete for good: thaw runs empty-trash',
        ]);
      }
    });
  runs
    .command('restore')
    .description('take runs out of the trash, as they were')
    .argument('<ids...>', RUN_ID)
    .option(...JSON_OPTION)
    .action(async (runIds: string[], { json }: Flags) => {
      await withService((engine) => engine.invoke('runs.restore', { runIds }));
      if (json) printJson({ runIds });
      else printLines([`Took ${runsCounted(runIds)} out of the trash.`]);
    });
  runs
    .command('empty-trash')
    .description('delete what is in the trash for good, with its checkpoints')
    .argument('[ids...]', 'only these of it')
    .option('--yes', 'delete; without it, what would go is listed')
    .option(...JSON_OPTION)
    .action((runIds: string[], { yes, json }: Flags & { yes?: true }) =>
      withService(async (engine) => {
        const due = await trashedRuns(engine, runIds);
        if (!yes) {
          if (json) {
            throw new ThawError(
              'usage.invalid',
              `Deleting for good must be confirmed; ${runsCounted(due.map(({ runId }) => runId))} would go.`,
              'Add --yes.',
            );
          }
          if (due.length === 0) printLines(['The trash is empty.']);
          else {
            printLines([
              ...due.map(({ runId, name }) => `${runId}  ${printable(name)}`),
              `Delete ${due.length === 1 ? 'it' : 'them'} for good: thaw runs ${['empty-trash', ...runIds, '--yes'].join(' ')}`,
            ]);
          }
          return;
        }
        const emptied = await engine.invoke('runs.emptyTrash', runIds.length === 0 ? {} : { runIds });
        if (json) printJson(emptied);
        else printLines(emptiedLines(emptied));
        if (emptied.problems.length > 0) setExitCode(1);
      }),
    );
}

/** Adds to `thaw runs` what people make of runs. */
export function addEditCommands(runs: Command, setExitCode: SetExitCode): void {
  addTags(runs);
  addWords(runs);
  addArchive(runs);
  addTrash(runs, setExitCode);
}
