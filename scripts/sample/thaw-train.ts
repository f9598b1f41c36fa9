import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { runResult, type RunResult } from '../../src/shared/contract/run.ts';

const MAIN = path.resolve(import.meta.dirname, '../../src/cli/main.ts');

/**
 * Trains with Thaw's own command line, progress on the error output.
 *
 * @param home the folder that keeps the runs
 * @throws Error where the command fails
 */
export async function thawTrain(home: string, flags: readonly string[]): Promise<RunResult> {
  const child = spawn(process.execPath, [MAIN, 'train', ...flags, '--json'], {
    env: { ...process.env, THAW_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (child.exitCode !== 0)
    throw new Error(`\`thaw train ${flags.join(' ')}\` ended with ${child.exitCode ?? 'a signal'}: ${output}`);
  return runResult.parse(JSON.parse(output));
}
