/** `npm run format`: writes every file the way the format check of `npm test` wants it. */
import { spawnSync } from 'node:child_process';
import { packageProgram } from './package-program.ts';

const { status } = spawnSync(process.execPath, [packageProgram('prettier'), '--write', '--log-level', 'warn', '.'], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
