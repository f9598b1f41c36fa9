/**
 * `npm test [-- FILTER ...]` and `npm run test:quick`: the static checks, then the tests. Filters are parts of test
 * file names; with one, only those tests run. `--thorough` has tests that try some of many networks try all of them. The
 * last line is `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { packageProgram } from './package-program.ts';
import { runChecks, staticChecks, type CheckResult } from './testing/static-check.ts';
import { makeTestPlaces, type TestPlaces } from './testing/test-places.ts';
import { readVitestReport, type TestOutcome } from './testing/vitest-report.ts';

/** The checks are processes of one thread each, and two cores are what the smallest machine has. */
const checksAtOnce = 2;
const slowestShown = 10;
const root = path.resolve(import.meta.dirname, '..');
const say = (line: string) => void process.stdout.write(`${line}\n`);

function tellCheck({ name, passed, output, seconds }: CheckResult): void {
  say(`${passed ? 'passed' : 'FAILED'}: ${name} (${seconds.toFixed(1)} s)`);
  if (!passed) say(output.trimEnd());
}

async function runVitest(args: readonly string[], places: TestPlaces): Promise<readonly TestOutcome[]> {
  const report = path.join(places.folder, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, [packageProgram('vitest'), 'run', ...reporters, ...args], {
      cwd: root,
      env: places.env,
      stdio: 'inherit',
    });
    // Vitest stops its own workers when it is told to end, and the folders here must outlive them.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('close', resolve);
  });
  return readVitestReport(report, exitCode);
}

function tellSlowest(outcomes: readonly TestOutcome[]): void {
  const slowest = outcomes.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, slowestShown);
  if (slowest.length === 0) return;
  say(`\nThe ${slowest.length} slowest tests:`);
  for (const { milliseconds, file, name } of slowest) {
    say(`${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${path.relative(root, file)}: ${name}`);
  }
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const quick = args.includes('--quick');
  const thorough = args.includes('--thorough');
  const filters = args.filter((argument) => argument !== '--quick' && argument !== '--thorough');
  const projects = quick ? ['--project=unit', '--project=contract'] : [];
  const checks = filters.length === 0 ? await runChecks(staticChecks(quick), checksAtOnce, tellCheck) : [];
  const places = makeTestPlaces({ ...process.env, THAW_TEST_THOROUGH: String(thorough) });
  try {
    const outcomes = await runVitest([...projects, ...filters], places);
    tellSlowest(outcomes);
    const all = [
      ...checks.map(({ passed }) => (passed ? 'passed' : 'failed')),
      ...outcomes.map(({ outcome }) => outcome),
    ];
    const count = (wanted: string) => all.filter((outcome) => outcome === wanted).length;
    for (const { file, name } of outcomes.filter(({ outcome }) => outcome === 'failed')) {
      say(`FAILED: ${path.relative(root, file)}: ${name}`);
    }
    for (const { name } of checks.filter(({ passed }) => !passed)) say(`FAILED: ${name}`);
    say(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
    process.exitCode = count('failed') === 0 ? 0 : 1;
  } finally {
    places.remove();
  }
}

await main();
