import type { Command } from 'commander';
import type { DoctorReport } from '../../shared/contract/endpoint.ts';
import type { SetExitCode } from '../exit-code.ts';
import { bytes, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { emphasis } from '../output/style.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';

function reportLines({ environment, checks, caches }: DoctorReport): string[] {
  const { stdout } = process;
  const marks = checks.map(({ ok }) => (ok ? emphasis('✓', 'good', stdout) : emphasis('✗', 'bad', stdout)));
  const found = table(checks.map(({ name, found: what }) => [name, printable(what)]));
  const mends = checks.flatMap(({ mend, name }) => (mend === null ? [] : [`${name}: ${mend}`]));
  return [
    ...(environment
      ? [`Thaw ${environment.thaw} · ${environment.os} · ${environment.cpu}, ${environment.cores} cores`, '']
      : []),
    ...found.map((line, index) => `${marks[index] ?? ''} ${line}`),
    '',
    ...table(
      caches.map(({ name, path, bytes: size, clear }) => [
        `${name} cache`,
        bytes(size),
        printable(path),
        clear ?? 'kept',
      ]),
      [1],
    ),
    ...(mends.length === 0 ? [] : ['', 'To mend:', ...mends.map((mend) => `  ${mend}`)]),
  ];
}

export function addDoctorCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('doctor')
    .description('versions, device, caches, disk, and how to mend what is missing')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const report = await withService((engine) => engine.invoke('system.doctor', {}));
      if (json) printJson(report);
      else printLines(reportLines(report));
      if (report.checks.some(({ ok }) => !ok)) setExitCode(1);
    });
}
