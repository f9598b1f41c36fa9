import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** The parts of vitest's JSON report that are summed up here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), duration: z.number().nullish() })),
    }),
  ),
});

/** One test, or a file that could not even be collected. */
export interface TestOutcome {
  readonly file: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly milliseconds: number;
}

/**
 * Reads what vitest wrote. Whatever made vitest fail counts as a failure, also when no single test did: a file that
 * does not load, an error outside a test, a process that died before it reported.
 */
export function readVitestReport(file: string, exitCode: number | null): readonly TestOutcome[] {
  const outcomes = existsSync(file)
    ? reportSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).testResults.flatMap(fromFile)
    : [];
  if (exitCode === 0 || outcomes.some(({ outcome }) => outcome === 'failed')) return outcomes;
  const name = `vitest ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`} outside any test`;
  return [...outcomes, { file: '', name, outcome: 'failed', milliseconds: 0 }];
}

type FileReport = z.infer<typeof reportSchema>['testResults'][number];

function fromFile({ name: file, status, message, assertionResults }: FileReport): readonly TestOutcome[] {
  const outcomes = assertionResults.map(({ fullName, status, duration }): TestOutcome => ({
    file,
    name: fullName,
    outcome: status === 'passed' || status === 'failed' ? status : 'skipped',
    milliseconds: duration ?? 0,
  }));
  if (status !== 'failed' || outcomes.some(({ outcome }) => outcome === 'failed')) return outcomes;
  const what = outcomes.length === 0 ? 'the file could not be loaded' : 'what surrounds its tests failed';
  const reason = message.split('\n', 1)[0] ?? '';
  return [...outcomes, { file, name: reason === '' ? what : `${what}: ${reason}`, outcome: 'failed', milliseconds: 0 }];
}
