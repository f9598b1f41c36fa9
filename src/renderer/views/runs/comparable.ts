/** Runs that are compared side by side. */
const FEWEST = 2;
const MOST = 10;

export function canCompare(runs: number): boolean {
  return runs >= FEWEST && runs <= MOST;
}
