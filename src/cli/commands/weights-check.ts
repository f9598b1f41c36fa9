import { Option, type Command } from 'commander';
import type { CheckedImage, WeightsCheck } from '../../shared/contract/weights-check.ts';
import type { SetExitCode } from '../exit-code.ts';
import { givenPath } from '../given-path.ts';
import { wholeNumber } from '../number-flag.ts';
import { printable } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import { mappingOption, WEIGHTS_SOURCE, weightsSource } from './weights-source.ts';

const TOP = 5;

interface CheckFlags {
  readonly network: string;
  readonly weights: string;
  readonly map?: readonly string[];
  readonly labels?: string;
  readonly top: number;
  readonly resize?: 'stretch' | 'centerCrop';
  readonly json?: true;
}

function imageCells({ classes, output, problem }: CheckedImage): string[] {
  if (problem !== null) return [`not read: ${printable(problem)}`];
  if (classes.length === 0) {
    return [`mean ${output?.mean.toPrecision(4) ?? ''}, deviation ${output?.standardDeviation.toPrecision(4) ?? ''}`];
  }
  return classes.map(
    ({ index, name, probability }) => `${printable(name ?? `class ${index}`)} ${(probability * 100).toFixed(1)} %`,
  );
}

function checkLines(check: WeightsCheck, written: readonly string[]): string[] {
  const classifier = check.classes === null ? 'no classifier of its own' : `its own classifier of ${check.classes}`;
  return [
    `${check.loaded} tensors of ${check.network} loaded from ${printable(check.path)} (${check.format}), ${classifier}; ${check.unexpected} not used`,
    '',
    ...table(check.images.map((image, index) => [printable(written[index] ?? image.path), ...imageCells(image)])),
  ];
}

export function addWeightsCheckCommand(weights: Command, setExitCode: SetExitCode): void {
  weights
    .command('check')
    .description('what a network with these weights takes photos for, by the classifier that lies in the file')
    .requiredOption('--network <name>', 'a name from `thaw networks`')
    .requiredOption('--weights <source>', WEIGHTS_SOURCE)
    .addOption(mappingOption())
    .option('--labels <file>', 'names of the classes: a JSON list, a JSON object by index, or one on each line')
    .option('--top <k>', 'classes for each image', wholeNumber({ least: 1, most: 1000 }), TOP)
    .addOption(
      new Option('--resize <rule>', "how photos become squares (default: the network's own way)").choices([
        'stretch',
        'centerCrop',
      ]),
    )
    .option('--json', 'print one JSON document')
    .argument('<image...>', 'image files')
    .action(async (images: readonly string[], flags: CheckFlags) => {
      const { network, weights: source, map, labels, top, resize, json } = flags;
      const check = await withService((engine) =>
        engine.invoke('weights.check', {
          network,
          weights: weightsSource(source, map),
          images: images.map(givenPath),
          top,
          ...(labels !== undefined && { labels: givenPath(labels) }),
          ...(resize !== undefined && { resize }),
        }),
      );
      if (json) printJson(check);
      else printLines(checkLines(check, images));
      if (check.images.every(({ problem }) => problem !== null)) setExitCode(1);
    });
}
