import type { Command } from 'commander';
import type { SetExitCode } from '../exit-code.ts';
import { givenPath } from '../given-path.ts';
import { wholeNumber } from '../number-flag.ts';
import { count } from '../output/format.ts';
import { checkLines } from '../output/check-lines.ts';
import { networkPage } from '../output/network-page.ts';
import { printJson, printLines } from '../output/print.ts';
import { table } from '../output/table.ts';
import { withService } from '../with-service.ts';
import {
  inputOption,
  inputSizeOption,
  modelRequest,
  outputOption,
  pixelsOption,
  type ModelFlags,
} from './model-flags.ts';

/** No network of the registry is called so. */
const MODEL_FILE = /[/\\]|\.(?:h5|hdf5|keras|json|pb)$/i;

const HEADER = ['network', 'input', 'layers', 'parameters', 'weights', 'also called'];

async function list({ json }: { json?: true }): Promise<void> {
  const networks = await withService((engine) => engine.invoke('networks.list', {}));
  if (json) {
    printJson(networks);
    return;
  }
  const rows = networks.map(({ name, inputShape, layers, parameters, shipped, aliases }) => [
    name,
    inputShape.join('×'),
    String(layers),
    count(parameters),
    shipped ? 'ship with Thaw' : '--weights',
    aliases.join(', '),
  ]);
  printLines(table([HEADER, ...rows], [2, 3]));
}

export function addNetworksCommands(program: Command, setExitCode: SetExitCode): void {
  const networks = program
    .command('networks')
    .description('the networks that Thaw knows by name')
    .enablePositionalOptions()
    .option('--json', 'print one JSON document')
    .action(list);
  networks
    .command('show')
    .description('the layers and blocks of a network, their shapes and parameters, and the images that it wants')
    .option(
      '--classes <count>',
      'with the published classifier of so many classes',
      wholeNumber({ least: 1, most: 100_000 }),
    )
    .option('--json', 'print one JSON document')
    .argument('<name>', 'a name from `thaw networks`, or a file as `thaw networks open` takes it')
    .action(async (name: string, { classes, json }: { classes?: number; json?: true }) => {
      const network = await withService(async (engine) => {
        const opened = MODEL_FILE.test(name) ? await engine.invoke('networks.open', modelRequest(name, {})) : null;
        if (opened && classes === undefined) return opened;
        return engine.invoke('networks.show', {
          name: opened?.name ?? name,
          ...(classes !== undefined && { classes }),
        });
      });
      if (json) printJson(network);
      else printLines(networkPage(network));
    });
  networks
    .command('open')
    .description(
      'open a whole model of Keras or tfjs, or a TensorFlow graph, as a network of its own, which has a name from then on',
    )
    .addOption(pixelsOption())
    .addOption(inputSizeOption())
    .addOption(inputOption())
    .addOption(outputOption())
    .option('--json', 'print one JSON document')
    .argument('<file>', 'a Keras .h5 or .keras, a tfjs LayersModel, or a TensorFlow .pb or SavedModel')
    .action(async (file: string, { json, ...flags }: ModelFlags & { json?: true }) => {
      const network = await withService((engine) => engine.invoke('networks.open', modelRequest(file, flags)));
      if (json) printJson(network);
      else printLines(networkPage(network));
    });
  networks
    .command('check')
    .description("hold a network to what its publisher's code computes under weights filled by name")
    .option('--json', 'print one JSON document')
    .argument('<reference>', 'a JSON file of the tensors and outputs of a network, which it names')
    .action(async (reference: string, { json }: { json?: true }) => {
      const path = givenPath(reference);
      const found = await withService((engine) => engine.invoke('networks.check', { path }));
      if (json) printJson(found);
      else printLines(checkLines(found));
      if (!found.equal) setExitCode(1);
    });
}
