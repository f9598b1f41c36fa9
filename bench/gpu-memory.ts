import { execFileSync } from 'node:child_process';

/** What a process holds of a GPU's memory, by its driver; null where this does not tell. */
export function gpuMemoryBytes(pid: number | undefined): number | null {
  const query = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits'];
  try {
    const answer = execFileSync('nvidia-smi', query, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const own = answer.split('\n').find((line) => Number(line.split(',')[0]) === pid);
    const mebibytes = Number(own?.split(',')[1]);
    return mebibytes > 0 ? mebibytes * 2 ** 20 : null;
  } catch {
    return null;
  }
}
