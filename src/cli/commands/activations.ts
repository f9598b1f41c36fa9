import { Option, type Command } from 'commander';
import type { Activations, ActivationsSource } from '../../shared/contract/activations.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { givenPath } from '../given-path.ts';
import { count, printable, share } from '../output/format.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { mappingOption, namedWeights, WEIGHTS_SOURCE, type WeightsFlags } from './weights-source.ts';

/** More channels than this are counted, not listed. */
const CHANNELS_SHOWN = 20;
const HEADER = ['channel', 'mean', 'deviation', 'minimum', 'maximum', 'zeros'];

interface ActivationsFlags extends WeightsFlags {
  readonly run?: string;
  readonly network?: string;
  readonly layer: string;
  readonly out?: string;
  readonly json?: true;
}

/** @throws ThawError `usage.invalid` unless one of both says whose layer */
function sourceOf(flags: ActivationsFlags): ActivationsSource {
  const { run, network, weights } = flags;
  if (run !== undefined && weights === undefined) return { kind: 'run', ...runCheckpoint(run) };
  if (run === undefined && network !== undefined) {
    return { kind: 'network', network, ...namedWeights(flags) };
  }
  throw new ThawError(
    'usage.invalid',
    'A layer belongs to a run, or to a network and its weights; received neither --run nor --network, or weights for a run.',
    'Pass --run ID, or --network NAME with --weights FILE where none ship.',
  );
}

function lines({ network, layer, shape, channels }: Activations): string[] {
  const shown = channels
    .slice(0, CHANNELS_SHOWN)
    .map((channel, index) => [
      count(index),
      share(channel.mean),
      share(channel.standardDeviation),
      share(channel.minimum),
      share(channel.maximum),
      share(channel.zeros),
    ]);
  const more = channels.length - CHANNELS_SHOWN;
  return [
    `${printable(layer)} of ${network}: [${shape.join(', ')}]`,
    ...table([HEADER, ...shown], [0, 1, 2, 3, 4, 5]),
    ...(more > 0 ? [`${count(more)} more channels; --json lists them all`] : []),
  ];
}

export function addActivationsCommand(program: Command): void {
  program
    .command('activations')
    .description('what a layer makes of an image: statistics by channel, and on request all values for NumPy')
    .addOption(new Option('--run <id>', `by a run: ${RUN_CHECKPOINT}`).conflicts('network'))
    .option('--network <name>', 'by a network with published weights; a name from `thaw networks`')
    .option('--weights <source>', `${WEIGHTS_SOURCE} (default: what ships)`)
    .addOption(mappingOption())
    .requiredOption('--layer <name>', 'as `thaw runs show` and the window name it')
    .option('--out <file>', 'write all values there as a .npy file of float32')
    .option('--json', 'print one JSON document')
    .argument('<image>', 'an image file')
    .action(async (image: string, flags: ActivationsFlags) => {
      const { layer, out, json } = flags;
      const found = await withService((engine) =>
        engine.invoke('activations', {
          source: sourceOf(flags),
          image: givenPath(image),
          layer,
          withValues: out !== undefined,
        }),
      );
      const { values, ...about } = found;
      if (out !== undefined && values) {
        const { writeNpyFile } = await import('../../engine/service/npy-file.ts');
        await writeNpyFile(givenPath(out), found.shape, values);
      }
      if (json) printJson(about);
      else printLines([...lines(found), ...(out === undefined ? [] : [`All values are in ${printable(out)}.`])]);
    });
}
