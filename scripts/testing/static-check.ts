import { spawn } from 'node:child_process';
import { packageProgram } from '../package-program.ts';

/** A check that reads the sources without running them. */
export interface StaticCheck {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** How one ended: `output` is everything it printed. */
export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

/** Lints again only files that have changed: what other files do to their types is left to the check of types. */
const LINT_CHANGED = ['--cache', '--cache-strategy', 'content', '--cache-location', 'node_modules/.cache/eslint/'];

/**
 * The longest first, so that two at a time end together.
 *
 * @param quick lets lint pass over what it has found good before
 */
export const staticChecks = (quick: boolean): readonly StaticCheck[] => [
  { name: 'lint', program: packageProgram('eslint'), args: quick ? [...LINT_CHANGED, '.'] : ['.'] },
  {
    name: 'window types',
    program: packageProgram('svelte-check'),
    args: ['--tsconfig', 'tsconfig.web.json', '--fail-on-warnings', '--output', 'human'],
  },
  {
    name: 'window test types',
    program: packageProgram('typescript', 'tsc'),
    args: ['--noEmit', '--project', 'tsconfig.window-tests.json'],
  },
  { name: 'types', program: packageProgram('typescript', 'tsc'), args: ['--noEmit'] },
  { name: 'format', program: packageProgram('prettier'), args: ['--check', '--log-level', 'warn', '.'] },
  {
    name: 'import directions',
    program: packageProgram('dependency-cruiser', 'depcruise'),
    args: ['src', 'scripts', 'bench', 'test'],
  },
  { name: 'unused code', program: packageProgram('knip'), args: ['--no-progress', '--treat-config-hints-as-errors'] },
];

/** Runs a check in a process of its own. */
export function runCheck({ name, program, args }: StaticCheck): Promise<CheckResult> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (text: string) => void (output += text);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ name, passed: code === 0, output, seconds: (performance.now() - began) / 1000 });
    });
  });
}

/** Runs all of them, `width` at a time, and tells each result when it is there. */
export async function runChecks(
  checks: readonly StaticCheck[],
  width: number,
  tell: (result: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  const waiting = [...checks];
  const results: CheckResult[] = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const result = await runCheck(check);
      results.push(result);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}
