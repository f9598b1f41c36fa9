import { Option, type Command } from 'commander';
import type { LogBackup, LogRecovered, LogReport } from '../../shared/contract/log-care.ts';
import type { SetExitCode } from '../exit-code.ts';
import { bytes, count, moment, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { emphasis } from '../output/style.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

const JSON_OPTION = ['--json', 'print one JSON document'] as const;

interface Flags {
  readonly json?: true;
}

function backupLines(backups: readonly LogBackup[]): string[] {
  if (backups.length === 0) return ['No backups yet. `thaw log backup` makes one.'];
  return table(
    backups.map(({ name, bytes: size, takenAt }) => [`  ${moment(takenAt)}`, bytes(size), name]),
    [1],
  );
}

function checkLines({ path, bytes: size, waitingBytes, problems, figures, networkDisk, backups }: LogReport): string[] {
  const { stdout } = process;
  const sound = problems.length === 0;
  return [
    `${sound ? emphasis('✓', 'good', stdout) : emphasis('✗', 'bad', stdout)} ${printable(path)}`,
    ...problems.map((problem) => `  ${printable(problem)}`),
    `  ${bytes(size)}${waitingBytes === 0 ? '' : ` and ${bytes(waitingBytes)} waiting beside it`}`,
    ...(figures
      ? [
          `  ${count(figures.runs)} runs, ${count(figures.points)} metric points, version ${figures.version}`,
          `  ${bytes(figures.freeBytes)} of it are empty${figures.freeBytes > size / 4 ? ': `thaw log vacuum` gives them back' : ''}`,
        ]
      : []),
    ...(networkDisk === null ? [] : [`  on ${networkDisk}: written without write-ahead, which is slower`]),
    '',
    'Backups:',
    ...backupLines(backups),
    ...(sound ? [] : ['', 'To mend: thaw log recover']),
  ];
}

function recoveredLines({ aside, restored, unknownRuns, trainedSince }: LogRecovered): string[] {
  return [
    restored
      ? `The log is that of ${moment(restored.takenAt)} again, from '${printable(restored.path)}'.`
      : 'The log is a new, empty one.',
    ...(aside === null ? [] : [`What was there before is kept in '${printable(aside)}'.`]),
    ...(unknownRuns.length === 0
      ? []
      : [`The log does not know ${count(unknownRuns.length)} folders in runs, which stay: ${unknownRuns.join(', ')}.`]),
    ...(trainedSince.length === 0
      ? []
      : [
          `Runs that waited then have trained since; \`thaw runs resume\` goes on with them: ${trainedSince.join(', ')}.`,
        ]),
  ];
}

function addCheck(log: Command, setExitCode: SetExitCode): void {
  log
    .command('check')
    .description('has SQLite check all of the log, and shows its size and its backups')
    .option(...JSON_OPTION)
    .action(async ({ json }: Flags) => {
      const report = await withService((engine) => engine.invoke('log.check', {}));
      if (json) printJson(report);
      else printLines(checkLines(report));
      if (report.problems.length > 0) setExitCode(1);
    });
}

function addBackup(log: Command): void {
  log
    .command('backup')
    .description('copies the log into its folder of backups, also while a run writes it')
    .option(...JSON_OPTION)
    .action(async ({ json }: Flags) => {
      const backup = await withService((engine) => engine.invoke('log.backup', {}));
      if (json) printJson(backup);
      else printLines([`Copied the log (${bytes(backup.bytes)}) to '${printable(backup.path)}'.`]);
    });
}

function addVacuum(log: Command): void {
  log
    .command('vacuum')
    .description('writes the log anew without what was deleted from it; not while a run is at work')
    .option(...JSON_OPTION)
    .action(async ({ json }: Flags) => {
      const vacuumed = await withService((engine) => engine.invoke('log.vacuum', {}));
      const { bytesBefore, bytesAfter } = vacuumed;
      if (json) printJson(vacuumed);
      else printLines([`The log took ${bytes(bytesBefore)} and takes ${bytes(bytesAfter)} now.`]);
    });
}

function addRecover(log: Command): void {
  log
    .command('recover')
    .description('sets a damaged log aside, keeping it, and goes on from a backup; also where the log is gone')
    .addOption(
      new Option('--restore <backup>', 'this one, as `thaw log check` names it; the newest sound one by default'),
    )
    .addOption(new Option('--empty', 'no backup: begin an empty log').conflicts('restore'))
    .option(...JSON_OPTION)
    .action(async ({ restore, empty, json }: Flags & { restore?: string; empty?: true }) => {
      const backup = restore === undefined ? (empty ? 'empty' : 'newest') : { name: restore };
      const recovered = await withService((engine) => engine.invoke('log.recover', { backup }));
      if (json) printJson(recovered);
      else printLines(recoveredLines(recovered));
    });
}

export function addLogCommands(program: Command, setExitCode: SetExitCode): void {
  const log = program.command('log').description('the file in which all runs are kept: check, back up, recover');
  addCheck(log, setExitCode);
  addBackup(log);
  addVacuum(log);
  addRecover(log);
}
