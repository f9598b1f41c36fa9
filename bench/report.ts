import type { BenchResult, Interval } from './bench.ts';
import type { Machine } from './machine.ts';

const HEADERS = ['bench', 'unit', 'Thaw', 'peer', 'ratio', 'target', 'met', 'held against'] as const;

function number(value: number | null): string {
  if (value === null) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return value.toFixed(digits);
}

function spread(value: number | null, interval: Interval | null): string {
  return interval ? `${number(value)} (${number(interval[0])}-${number(interval[1])})` : number(value);
}

function target({ target, targetOf, better }: BenchResult): string {
  if (target === null) return '-';
  return targetOf === 'ratio' ? `ratio >= ${target}` : `${better === 'higher' ? '>=' : '<='} ${target}`;
}

function row(result: BenchResult): readonly string[] {
  const { name, unit, thaw, thawSpread, peer, peerSpread, ratio, ratioSpread, peerName, met } = result;
  return [
    name,
    unit,
    spread(thaw, thawSpread),
    spread(peer, peerSpread),
    spread(ratio, ratioSpread),
    target(result),
    met === null ? '-' : met ? 'yes' : 'NO',
    peerName ?? '-',
  ];
}

/** For people: a line for the machine, a table of the figures. */
export function renderReport(machine: Machine, results: readonly BenchResult[]): string {
  const rows = [HEADERS, ...results.map(row)];
  const widths = HEADERS.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const memory = `${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${memory}, ${machine.os}; TensorFlow ${machine.tensorflow} on ${machine.device}, Node ${machine.node}; load ${machine.load.toFixed(1)}`,
    machine.peers
      ? `Peers: ${Object.entries(machine.peers)
          .map(([name, version]) => `${name} ${version}`)
          .join(', ')}`
      : 'Peers: absent. Run: scripts/peers',
    '',
    ...lines,
    '',
    'In brackets: first and third quartile (accuracy: lowest and highest); of a ratio its 80 % interval. Above 1 Thaw wins.',
    '',
  ].join('\n');
}
