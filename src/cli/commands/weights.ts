import type { Command } from 'commander';
import type { CatalogueEntry } from '../../shared/contract/published-weights.ts';
import type { MappingState } from '../../shared/contract/weights-mapping.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { wholeNumber } from '../number-flag.ts';
import { bytes, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { weightsPage } from '../output/weights-page.ts';
import { withService } from '../with-service.ts';
import { addWeightsCheckCommand } from './weights-check.ts';
import { mappingOption, WEIGHTS_SOURCE, weightsSource } from './weights-source.ts';

const MEBIBYTE = 1 << 20;
const HEADER = ['file', 'network', 'classes', 'size', 'hash', 'here'];
const UNVERIFIED = 'unverified: its publisher states no hash of it';

function row({ name, network, classes, mebibytes, hash, path }: CatalogueEntry): string[] {
  return [
    name,
    network,
    classes === null ? 'none' : String(classes),
    mebibytes === null ? '' : bytes(mebibytes * MEBIBYTE),
    hash === null ? 'unverified' : `${hash.algorithm} ${hash.hex.slice(0, 8)}`,
    path === null ? '' : 'yes',
  ];
}

async function list(network: string | undefined, { json }: { json?: true }): Promise<void> {
  const entries = await withService((engine) =>
    engine.invoke('weights.list', network === undefined ? {} : { network }),
  );
  if (json) printJson(entries);
  else if (entries.length === 0) printLines([`The catalogue has no weights of ${network ?? 'any network'}.`]);
  else printLines(table([HEADER, ...entries.map(row)], [2, 3]));
}

async function get(name: string, { json }: { json?: true }, setExitCode: SetExitCode): Promise<void> {
  const outcome = await withService((engine) =>
    followTask(engine, (taskId) => engine.invoke('weights.get', { name, taskId }), 'download'),
  );
  if (outcome.kind === 'cancelled') {
    setExitCode(outcome.exitCode);
    printLines(json ? [] : ['Cancelled: what has come is kept, and the next try goes on with it.']);
    return;
  }
  if (json) {
    printJson(outcome.result);
    return;
  }
  const { entry, path, bytes: size, fetched, verified } = outcome.result;
  const { rule, resize, crop, interpolation } = entry.preprocessing;
  const preparation = [
    `the rule '${rule}'`,
    resize === null ? '' : `shorter side ${resize}`,
    crop === null ? '' : `crop ${crop}`,
    interpolation ?? '',
  ];
  printLines([
    ...table([
      ['  file', `${printable(path)}, ${bytes(size)}${fetched ? '' : ', here already'}`],
      ['  network', entry.network],
      ['  hash', verified ? `as its publisher states (${entry.hash?.algorithm ?? ''})` : UNVERIFIED],
      ['  classes', entry.classes === null ? 'none, without a classifier' : String(entry.classes)],
      ['  images', preparation.filter((part) => part !== '').join(', ')],
      ['  licence', entry.licence ?? 'none stated by its source'],
      ['  source', `${entry.address}, as stated by ${entry.source}`],
    ]),
    '',
    `Next: thaw train --network ${entry.network} --weights ${printable(path)}`,
  ]);
}

const MAPPING_HEADER = ['tensor', 'shape', 'in the file', 'its shape', 'axes', 'state'];
const STATE_WORDS: Readonly<Record<MappingState, string>> = {
  loaded: 'loaded',
  shape: 'skipped: another shape',
  missing: 'missing',
  unexpected: 'not used',
};

function shapeOf(shape: readonly number[] | null | undefined): string {
  return shape ? `[${shape.join(', ')}]` : '';
}

interface MapFlags {
  readonly network: string;
  readonly classes?: number;
  readonly map?: readonly string[];
  readonly all?: true;
  readonly json?: true;
}

async function map(
  source: string,
  { network, classes, map: rules, all, json }: MapFlags,
  setExitCode: SetExitCode,
): Promise<void> {
  const found = await withService((engine) =>
    engine.invoke('weights.map', {
      network,
      weights: weightsSource(source, rules),
      ...(classes !== undefined && { head: { classes, kind: 'softmax', anew: false } }),
    }),
  );
  if (found.problem !== null) setExitCode(1);
  if (json) {
    printJson(found);
    return;
  }
  const { loaded, shape, missing, unexpected } = found.counts;
  const rows = all ? found.rows : found.rows.filter(({ state }) => state !== 'loaded');
  printLines([
    `${found.problem === null ? '' : 'cannot begin with these: '}${loaded} of ${loaded + shape + missing} tensors of ${found.network} are in ${printable(found.path)} (${found.format}); ${shape} of another shape, ${missing} missing, ${unexpected} not used`,
    ...(found.problem === null ? [] : [printable(found.problem)]),
    ...(found.head === null ? [] : [printable(found.head.reason)]),
    ...(rows.length === 0 ? [] : ['']),
    ...(rows.length === 0
      ? []
      : table([
          MAPPING_HEADER,
          ...rows.map(({ tensor, shape: own, stored, order, state }) => [
            tensor ?? '',
            shapeOf(own),
            printable(stored?.name ?? ''),
            shapeOf(stored?.shape),
            order?.join(' ') ?? '',
            STATE_WORDS[state],
          ]),
        ])),
    ...(all || loaded === 0 ? [] : ['', '--all shows those that are loaded too']),
  ]);
}

export function addWeightsCommands(program: Command, setExitCode: SetExitCode): void {
  const weights = program.command('weights').description('files of pretrained weights');
  weights
    .command('list')
    .description('those that publishers offer, with what their own sources state of them')
    .option('--json', 'print one JSON document')
    .argument('[network]', 'a name from `thaw networks` (default: of all networks)')
    .action(list);
  weights
    .command('get')
    .description(
      'download one, unless it is here, and hold it to its hash; THAW_WEIGHTS_MIRROR names another server with the same paths',
    )
    .option('--json', 'print one JSON document, progress on the error output')
    .argument('<name>', 'a file of `thaw weights list`, or a network with one')
    .action(async (name: string, flags: { json?: true }) => get(name, flags, setExitCode));
  weights
    .command('inspect')
    .description('what is in a file: its format, and the name, shape and type of every tensor; no value is read')
    .option('--json', 'print one JSON document')
    .argument('<weights>', WEIGHTS_SOURCE)
    .action(async (source: string, { json }: { json?: true }) => {
      const found = await withService((engine) => engine.invoke('weights.inspect', { weights: weightsSource(source) }));
      if (json) printJson(found);
      else printLines(weightsPage(found));
    });
  weights
    .command('map')
    .description('which tensor of a file each tensor of a network gets; what is not loaded is listed')
    .requiredOption('--network <name>', 'a name from `thaw networks`')
    .option(
      '--classes <count>',
      'with the new head of so many classes: whether the own one of the weights takes its place',
      wholeNumber({ least: 2, most: 100_000 }),
    )
    .addOption(mappingOption())
    .option('--all', 'list every tensor')
    .option('--json', 'print one JSON document, of every tensor')
    .argument('<weights>', WEIGHTS_SOURCE)
    .action(async (source: string, flags: MapFlags) => map(source, flags, setExitCode));
  addWeightsCheckCommand(weights, setExitCode);
}
