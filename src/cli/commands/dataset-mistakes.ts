import { Option, type Command } from 'commander';
import { MOST_SUSPECTS, type LabelMistakes, type LabelMistakesRequest } from '../../shared/contract/label-mistakes.ts';
import { writeAside } from '../../engine/service/write-aside.ts';
import { quote } from '../../shared/csv/quote.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import type { SetExitCode } from '../exit-code.ts';
import { followTask } from '../follow-task.ts';
import { givenPath } from '../given-path.ts';
import { wholeNumber } from '../number-flag.ts';
import { count, printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import { addStructureFlags, folderSource, type StructureFlags } from './dataset-flags.ts';
import { mappingOption, namedWeights, WEIGHTS_SOURCE, type WeightsFlags } from './weights-source.ts';

const USUAL_LIMIT = 50;

interface MistakesFlags extends StructureFlags, WeightsFlags {
  readonly run?: string;
  readonly network?: string;
  readonly folds?: number;
  readonly seed?: number;
  readonly limit: number;
  readonly csv?: string;
  readonly json?: true;
}

/** @throws ThawError `usage.invalid` where nothing is said to look, or two things are */
function lookedBy(flags: MistakesFlags): LabelMistakesRequest['by'] {
  const { run, network } = flags;
  if (run !== undefined && flags.weights === undefined) return { kind: 'run', runId: run };
  if (run === undefined && network !== undefined) return { kind: 'network', network, ...namedWeights(flags) };
  throw new ThawError(
    'usage.invalid',
    `Labels are judged by the features of a run or of a network; received ${run === undefined ? 'neither' : 'weights beside a run, which has its own'}.`,
    'Name one: --run ID, or --network NAME with --weights FILE.',
  );
}

const share = (probability: number): string => `${(probability * 100).toFixed(1)} %`;

function mistakeLines({ suspects, ...found }: LabelMistakes, folder: string): readonly string[] {
  const { images, accuracy, folds, network, disagreed, warnings } = found;
  const rows = suspects.map(({ path, label, labelProbability, suggested, suggestedProbability }) => [
    printable(path),
    printable(label),
    share(labelProbability),
    printable(suggested),
    share(suggestedProbability),
  ]);
  return [
    ...warnings.map((warning) => `warning: ${printable(warning)}`),
    `${count(images)} images judged in ${folds} parts by the features of ${network}; ${share(accuracy)} are told as they are labelled.`,
    ...(disagreed === 0
      ? ['No label is hard to believe.']
      : [
          '',
          ...table([['image', 'labelled', 'believed', 'rather', 'believed'], ...rows], [2, 4]),
          '',
          disagreed > suspects.length
            ? `The ${count(suspects.length)} least believable of ${count(disagreed)}; --limit shows more.`
            : `${count(disagreed)} ${disagreed === 1 ? 'label is' : 'labels are'} hard to believe.`,
          `Look at them before you change any, in the window of thaw serve: the Dataset view of ${printable(folder)}.`,
        ]),
  ];
}

/** @throws ThawError `disk.full`, `disk.readOnly` */
function writeCsv(file: string, { suspects }: LabelMistakes): void {
  const rows = [
    ['path', 'label', 'label_probability', 'suggested', 'suggested_probability'],
    ...suspects.map(({ path, label, labelProbability, suggested, suggestedProbability }) => [
      path,
      label,
      labelProbability,
      suggested,
      suggestedProbability,
    ]),
  ];
  try {
    writeAside(
      file,
      rows.map((row) => `${row.map((cell) => (typeof cell === 'number' ? cell : quote(cell))).join(',')}\r\n`).join(''),
    );
  } catch (error) {
    throw explainDiskError(error, 'write the table');
  }
}

/** `thaw dataset mistakes`: labels that are hard to believe. */
export function addMistakesCommand(dataset: Command, setExitCode: SetExitCode): void {
  const command = dataset
    .command('mistakes')
    .description(
      'labels that are hard to believe, judged by classifiers that did not see the image; no file is touched',
    )
    .argument('[folder]', 'a folder of images in classes (default: the sample)')
    .addOption(new Option('--run <id>', 'look with the layers that this run kept frozen').conflicts(['network', 'map']))
    .option('--network <name>', 'look with a network of `thaw networks`')
    .option('--weights <source>', `${WEIGHTS_SOURCE} (default: what ships)`)
    .addOption(mappingOption())
    .addOption(
      new Option('--folds <n>', 'parts, each judged by what was learnt of the others').argParser(
        wholeNumber({ least: 2, most: 20 }),
      ),
    )
    .addOption(
      new Option('--seed <n>', 'decides how images are divided').argParser(
        wholeNumber({ least: 0, most: 2 ** 31 - 1 }),
      ),
    )
    .addOption(
      new Option('--limit <n>', 'show so many, the least believable first')
        .argParser(wholeNumber({ least: 1, most: MOST_SUSPECTS }))
        .default(USUAL_LIMIT),
    );
  addStructureFlags(command);
  command
    .option('--csv <file>', 'write them as a table too; one that is there is replaced')
    .option('--json', 'print one JSON document, progress on the error output')
    .action(async (folder: string | undefined, flags: MistakesFlags) => {
      const { folds, seed, limit, csv, json } = flags;
      const by = lookedBy(flags);
      const dataset = folderSource({ ...flags, ...(folder !== undefined && { dataset: folder }) }) ?? {
        kind: 'sample',
      };
      const asked = { dataset, by, limit, ...(folds !== undefined && { folds }), ...(seed !== undefined && { seed }) };
      const outcome = await withService((engine) =>
        followTask(engine, (taskId) => engine.invoke('dataset.labelMistakes', { ...asked, taskId }), 'features'),
      );
      if (outcome.kind === 'cancelled') {
        setExitCode(outcome.exitCode);
        printLines(json ? [] : ['Cancelled: what was computed is kept in the cache.']);
        return;
      }
      if (csv !== undefined) writeCsv(givenPath(csv), outcome.result);
      if (json) printJson(outcome.result);
      else printLines([...mistakeLines(outcome.result, folder ?? 'the sample')]);
    });
}
