import { execFileSync } from 'node:child_process';

/** A GPU as NVIDIA's driver knows it. */
export interface Gpu {
  /** By the places that cards have in the machine, as CUDA counts with `CUDA_DEVICE_ORDER=PCI_BUS_ID`. */
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

const QUERY = ['--query-gpu=index,uuid,memory.total,memory.free,name', '--format=csv,noheader,nounits'];
/** Without its daemon the driver wakes each card first. */
const QUERY_MILLISECONDS = 20_000;
const MEBIBYTE = 2 ** 20;

/** @param table what `nvidia-smi` answered to the query; lines that are of another form are left out */
export function parseGpus(table: string): readonly Gpu[] {
  return table.split('\n').flatMap((line) => {
    const found = /^(?<index>\d+), (?<uuid>\S+), (?<total>\d+), (?<free>\d+), (?<name>.+)$/.exec(line.trim())?.groups;
    if (!found) return [];
    const { index, uuid = '', total, free, name = '' } = found;
    const bytes = { totalBytes: Number(total) * MEBIBYTE, freeBytes: Number(free) * MEBIBYTE };
    return [{ index: Number(index), uuid, name, ...bytes }];
  });
}

/**
 * The one that a process computes on, which is the first that CUDA shows to it.
 *
 * @param visible what `CUDA_VISIBLE_DEVICES` says: numbers or the beginnings of uuids; all where it is not set
 */
export function firstVisible(gpus: readonly Gpu[], visible: string | undefined): Gpu | null {
  if (visible === undefined) return gpus[0] ?? null;
  const [first = ''] = visible.split(',').map((name) => name.trim());
  const isIt = ({ index, uuid }: Gpu): boolean =>
    /^\d+$/.test(first) ? index === Number(first) : uuid.startsWith(first);
  return first === '' ? null : (gpus.find(isIt) ?? null);
}

/** Asks the driver; null where there is none, or none that this process sees. */
export function presentGpu(env: NodeJS.ProcessEnv = process.env): Gpu | null {
  try {
    const answer = execFileSync('nvidia-smi', QUERY, {
      env,
      encoding: 'utf8',
      timeout: QUERY_MILLISECONDS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return firstVisible(parseGpus(answer), env['CUDA_VISIBLE_DEVICES']);
  } catch {
    return null;
  }
}
