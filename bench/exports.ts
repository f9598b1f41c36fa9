import { rmSync } from 'node:fs';
import { MODEL_FORMATS, QUANTISATIONS, QUANTISED_FORMATS } from '../src/shared/contract/model-export.ts';
import { writeTinyDataset } from '../test/support/tiny-dataset.ts';
import type { Bench, BenchResult } from './bench.ts';
import { compare } from './statistics.ts';
import { Workspace } from './thaw-command.ts';

/** PyTorch's, which every format takes. */
const NETWORK = 'resnet50_224@torch';
const TARGET_SECONDS = 10;

/** Each format as it is, and with smaller weights where it can have them. */
const KINDS = MODEL_FORMATS.flatMap((format) => [
  { name: format, flags: ['--format', format] },
  ...(QUANTISED_FORMATS.includes(format) ? QUANTISATIONS : []).map((quantisation) => ({
    name: `${format}-${quantisation}`,
    flags: ['--format', format, '--quantise', quantisation],
  })),
]);

/** A ResNet50 from weights to a folder that was tested, by the command that people give; drawn weights take as long. */
export const exports: Bench = {
  name: 'exports',
  description: `exporting ${NETWORK} in each format, its test included, in less than ${TARGET_SECONDS} s`,
  async run({ runs, say, signal }) {
    using workspace = new Workspace();
    const dataset = workspace.folder('stripes');
    await writeTinyDataset(dataset, { train: 4, val: 4 });
    const plan = ['--network', NETWORK, '--dataset', dataset, '--strategy', 'scratch', '--epochs', '1'];
    const { result } = await workspace.train(plan, signal);
    const results: BenchResult[] = [];
    for (const { name, flags } of KINDS) {
      const thaw: number[] = [];
      for (let round = 1; round <= runs; round += 1) {
        say(`exports/${name}: round ${round} of ${runs}`);
        const out = workspace.folder(name);
        const { seconds } = await workspace.command(['export', '--run', result.runId, ...flags, '--out', out], signal);
        thaw.push(seconds);
        rmSync(out, { recursive: true });
      }
      const target = { of: 'thaw', value: TARGET_SECONDS } as const;
      const unheld = { peer: null, peerName: null, target };
      results.push(compare({ name: `exports/${name}`, unit: 's', better: 'lower', thaw, ...unheld }));
    }
    return results;
  },
};
