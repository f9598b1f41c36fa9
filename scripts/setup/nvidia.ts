import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../bootstrap/command.mjs';

/** Whether there is an NVIDIA GPU with a driver that works. */
export async function hasNvidiaGpu(env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    return (await runCommand('nvidia-smi', ['-L'], { env, timeoutMilliseconds: 20_000 })).includes('GPU');
  } catch {
    return false;
  }
}

/** The library folders of the `nvidia-*` Python packages beside a `tensorflow` package. */
export function findNvidiaLibraries(sitePackages: string): readonly string[] {
  const root = path.join(sitePackages, 'nvidia');
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .sort()
    .map((name) => path.join(root, name, 'lib'))
    .filter((folder) => existsSync(folder));
}
