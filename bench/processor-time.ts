import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time for other programs in these, whatever its own clock does. */
const TICKS_PER_SECOND = 100;

/** A program's name may hold spaces and brackets: what follows the last bracket are the other fields, from the third on. */
function fieldsOf(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

interface Counted {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/**
 * Processor time, in seconds, that a process and all that it started and that still run have taken: it says what work
 * costs where other programs want the processor too.
 *
 * @param folder where Linux lists its processes
 * @returns null where the system does not tell
 */
export function processorSeconds(pid: number | undefined, folder = '/proc'): number | null {
  const counted: Counted[] = [];
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  for (const name of names) {
    try {
      const fields = fieldsOf(readFileSync(`${folder}/${name}/stat`, 'utf8'));
      const ticks = Number(fields[11]) + Number(fields[12]);
      counted.push({ pid: Number(name), parent: Number(fields[1]), ticks });
    } catch {
      // It ended meanwhile.
    }
  }
  const ticksBelow = (parent: number): number =>
    counted.reduce((sum, one) => (one.parent === parent ? sum + one.ticks + ticksBelow(one.pid) : sum), 0);
  const own = counted.find((one) => one.pid === pid);
  return own ? (own.ticks + ticksBelow(own.pid)) / TICKS_PER_SECOND : null;
}
