import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isIP } from 'node:net';

/** proc_pid_stat(5): the fields after the parenthesised name begin with state and parent. */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** A process and all that descend from it. */
export function processTree(root: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(Number(name))] as const);
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

/** The command line of a process; empty where it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** The first process below `root` whose command line holds these words. */
export function findProcess(root: number, words: string): number | null {
  return processTree(root).find((pid) => commandOf(pid).includes(words)) ?? null;
}

function socketInodes(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** An address of /proc/net: groups of four bytes, each in the order of this machine, little-endian. */
function readAddress(hexadecimal: string): string {
  const bytes = (hexadecimal.match(/.{8}/g) ?? []).flatMap((group) =>
    (group.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  return groups.join(':');
}

const LOOPBACK = /^(127\.|0:0:0:0:0:0:0:1$|0:0:0:0:0:ffff:7f)/;
const UNSET = new Set(['0.0.0.0', '0:0:0:0:0:0:0:0']);

/** Whether an end of a socket reaches beyond this machine; a remote end that is not set is nowhere. */
function reachesOut(local: string, remote: string): boolean {
  return UNSET.has(remote) ? !LOOPBACK.test(local) : !LOOPBACK.test(remote);
}

/**
 * The internet sockets of a process and all that descend from it which are connected to, or can be reached from, beyond
 * this machine; as `PROTOCOL LOCAL -> REMOTE (COMMAND)`.
 */
export function openSockets(root: number): readonly string[] {
  const owners = new Map(processTree(root).flatMap((pid) => socketInodes(pid).map((inode) => [inode, pid] as const)));
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
    readFileSync(`/proc/net/${protocol}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
        const owner = owners.get(inode);
        const ends = [local, remote].map((end) => readAddress(end.split(':')[0] ?? '')) as [string, string];
        if (!ends.every((end) => isIP(end) !== 0))
          throw new TypeError(`/proc/net/${protocol} has an unreadable line: ${line}`);
        return owner !== undefined && reachesOut(...ends)
          ? [`${protocol} ${ends.join(' -> ')} (${commandOf(owner).slice(0, 80)})`]
          : [];
      }),
  );
}

/** Looks again and again until it is ended. @returns ends it and gives what was seen */
export function watchSockets(root: number): () => readonly string[] {
  const seen = new Set<string>();
  const sample = (): void => openSockets(root).forEach((socket) => seen.add(socket));
  sample();
  const timer = setInterval(sample, 100);
  return () => {
    clearInterval(timer);
    sample();
    return [...seen];
  };
}
