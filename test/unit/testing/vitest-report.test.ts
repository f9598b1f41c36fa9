import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readVitestReport } from '../../../scripts/testing/vitest-report.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const file = path.join(temporaryFolder(), 'report.json');
const test = (status: string) => ({ fullName: status, status, duration: 5 });
const outcomes = (results: readonly object[], exitCode: number | null) => {
  writeFileSync(file, JSON.stringify({ testResults: results }));
  return readVitestReport(file, exitCode).map(({ outcome }) => outcome);
};

describe('the summary of a test run', () => {
  it.each([
    ['passed', 'passed'],
    ['failed', 'failed'],
    ['skipped', 'skipped'],
    ['pending', 'skipped'],
    ['todo', 'skipped'],
  ])('counts a test that is %s as %s', (status, outcome) => {
    const result = { name: 'a', status: 'passed', assertionResults: [test(status)] };
    expect(outcomes([result], outcome === 'failed' ? 1 : 0)).toEqual([outcome]);
  });

  it('counts a file that does not load as one failure', () => {
    expect(outcomes([{ name: 'a', status: 'failed', assertionResults: [] }], 1)).toEqual(['failed']);
  });

  it('counts a file that failed around its tests, and says which and why', () => {
    const result = {
      name: 'a',
      status: 'failed',
      message: 'ENOTEMPTY: gone\nat b',
      assertionResults: [test('passed')],
    };
    writeFileSync(file, JSON.stringify({ testResults: [result] }));
    expect(readVitestReport(file, 1)).toMatchObject([
      { outcome: 'passed' },
      { file: 'a', name: 'what surrounds its tests failed: ENOTEMPTY: gone', outcome: 'failed' },
    ]);
  });

  it.each([1, null])('counts a failure outside the tests (exit code %s)', (exitCode) => {
    const result = { name: 'a', status: 'passed', assertionResults: [test('passed')] };
    expect(outcomes([result], exitCode)).toEqual(['passed', 'failed']);
  });

  it('counts a vitest that wrote no report as a failure', () => {
    expect(readVitestReport(`${file}.absent`, 1)).toMatchObject([{ outcome: 'failed' }]);
  });
});
