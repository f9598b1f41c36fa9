import type { DatasetHealth, HealthFinding } from '../../shared/contract/dataset-health.ts';
import { bytes, count, printable } from './format.ts';
import { skippedLines } from './skipped-lines.ts';
import { emphasis } from './style.ts';
import { table } from './table.ts';

/** Of what is longer, the beginning is shown: JSON has all. */
const CLASSES_SHOWN = 20;
const IMAGES_SHOWN = 5;

function classLines({ classes, counts }: DatasetHealth): string[] {
  if (classes.length === 0) return [];
  const rows = classes
    .slice(0, CLASSES_SHOWN)
    .map(({ name, counts: own }) => [`  ${printable(name)}`, count(own.train), count(own.validation), count(own.test)]);
  const more = classes.length - rows.length;
  return [
    ...table(
      [
        ['  class', 'train', 'validation', 'test'],
        ...rows,
        ['  all', count(counts.train), count(counts.validation), count(counts.test)],
      ],
      [1, 2, 3],
    ),
    ...(more > 0 ? [`  and ${count(more)} more classes; --json has them all`] : []),
  ];
}

function factLines({ sizes, formats, channels, unlabelled, bytes: size }: DatasetHealth): string[] {
  const spread = ({ least, median, most }: { least: number; median: number; most: number }, digits = 0): string =>
    [least, median, most].map((value) => value.toFixed(digits)).join(' / ');
  const kinds = Object.entries(formats).map(([format, total]) => `${format} ${count(total)}`);
  const colours = Object.entries(channels).flatMap(([name, total]) => (total > 0 ? [`${name} ${count(total)}`] : []));
  return table([
    ...(unlabelled > 0 ? [['  images', `${count(unlabelled)} without classes`]] : []),
    ['  bytes', bytes(size)],
    ...(sizes === null
      ? []
      : [
          ['  width', `${spread(sizes.width)} pixels (least / median / most)`],
          ['  height', `${spread(sizes.height)} pixels`],
          ['  aspect ratio', spread(sizes.aspectRatio, 2)],
        ]),
    ['  formats', kinds.join(', ')],
    ['  channels', colours.join(', ')],
  ]);
}

const MARKS: Readonly<Record<HealthFinding['severity'], string>> = {
  problem: 'PROBLEM',
  warning: 'warning',
  information: 'note',
};

function findingLines({ severity, message, groups }: HealthFinding): string[] {
  const shown = groups.slice(0, IMAGES_SHOWN);
  const lines = shown.flatMap((group) => {
    // Copies stand in one line, others one a line.
    if (groups.length > 1) return [`    ${group.map(({ path }) => printable(path)).join(' = ')}`];
    return group
      .slice(0, IMAGES_SHOWN)
      .map(({ path, detail }) => `    ${printable(path)}${detail === null ? '' : `: ${printable(detail)}`}`);
  });
  const total = groups.length > 1 ? groups.length : (groups[0]?.length ?? 0);
  const more = total - lines.length;
  return [
    `${emphasis(`${MARKS[severity]}:`, severity === 'problem' ? 'bad' : 'quiet', process.stdout)} ${printable(message)}`,
    ...lines,
    ...(more > 0 ? [`    and ${count(more)} more; --json lists them all`] : []),
  ];
}

/** A dataset's health for people. */
export function healthPage(health: DatasetHealth): string[] {
  const { name, root, structure, edits, findings, skipped } = health;
  return [
    `${printable(name)}: ${printable(structure.words)}`,
    `  ${printable(root)}`,
    ...(edits === null ? [] : [`  edits: ${edits}; \`thaw dataset edits\` lists them`]),
    ...structure.notes.map((note) => `  note: ${printable(note)}`),
    '',
    ...classLines(health),
    '',
    ...factLines(health),
    '',
    ...(findings.length === 0 ? ['Nothing was found to be wrong.'] : findings.flatMap(findingLines)),
    ...(skipped.length === 0 ? [] : ['', ...skippedLines(skipped, '--json lists them all')]),
  ];
}
