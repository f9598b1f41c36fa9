import { spawn } from 'node:child_process';
import path from 'node:path';

export const projectRoot = path.resolve(import.meta.dirname, '../../..');

/** Builds the window where it is missing or stale; other test files wait for its lock. */
export async function buildWindow(): Promise<void> {
  let output = '';
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, ['scripts/build.ts', '--if-stale'], { cwd: projectRoot });
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the window cannot be built: ${output}`);
}
