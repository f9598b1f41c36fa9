import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Bench, BenchResult } from './bench.ts';
import { interleave } from './interleave.ts';
import { PEERS } from './peer-python.ts';
import { runCommand } from './run-command.ts';
import { compare } from './statistics.ts';

const answer = z.object({ seconds: z.number(), memoryBytes: z.number() });
type Answer = z.infer<typeof answer>;

/** About 100 MB each, as their frameworks write ResNet50 without a classifier (PyTorch: with it). */
const FILES = [
  { file: 'resnet50.h5', network: 'resnet50', peer: 'tf_keras load_weights, h5py' },
  { file: 'resnet50.pth', network: 'resnet50@torch', peer: 'torch.load' },
  { file: 'resnet50.ckpt', network: 'resnet50', peer: 'tf.train.load_checkpoint' },
] as const;
const ACTIONS = [
  { action: 'list', seconds: 1 },
  { action: 'load', seconds: 3 },
] as const;
/** How much memory may be taken, in sizes of the file. */
const LARGEST_EXPANSION = 2;

/** Needs the peers, which write the files. */
export const weightsFiles: Bench = {
  name: 'weights-files',
  description:
    'seconds to list the tensors of a weight file of 100 MB, and to load it into a session; growth of memory',
  async run({ python, runs, say, signal }) {
    if (python === null) {
      say('weights-files: left out, for its files are written by Keras, PyTorch and TensorFlow');
      return [];
    }
    const folder = await mkdtemp(path.join(tmpdir(), 'thaw-bench-'));
    const script = path.join(PEERS, 'weights_files.py');
    const child = path.join(import.meta.dirname, 'children/weights-file.ts');
    const ask = async (command: string, args: readonly string[]): Promise<Answer> =>
      answer.parse((await runCommand(command, args, { signal })).document);
    try {
      await runCommand(python, [script, 'write', folder], { signal });
      const results: BenchResult[] = [];
      for (const { file, network, peer } of FILES) {
        const target = path.join(folder, file);
        const data = file.endsWith('.ckpt') ? `${target}.data-00000-of-00001` : target;
        const { size } = await stat(data);
        for (const { action, seconds } of ACTIONS) {
          const name = `weights-files/${file}/${action}`;
          const [thaw = [], theirs = []] = await interleave<Answer>(
            [
              () => ask(process.execPath, [child, action, target, network]),
              () => ask(python, [script, action, target]),
            ],
            runs,
            signal,
            (round) => say(`${name}: round ${round} of ${runs}`),
          );
          const side = (of: (one: Answer) => number): { thaw: number[]; peer: number[]; peerName: string } => ({
            thaw: thaw.map(of),
            peer: theirs.map(of),
            peerName: peer,
          });
          const common = { better: 'lower' } as const;
          results.push(
            compare({
              ...{ name: `${name}/time`, unit: 's', ...common, ...side((one) => one.seconds) },
              target: { of: 'thaw', value: seconds },
            }),
            compare({
              ...{ name: `${name}/memory`, unit: 'MB', ...common, ...side((one) => one.memoryBytes / 1e6) },
              target: { of: 'thaw', value: (LARGEST_EXPANSION * size) / 1e6 },
            }),
          );
        }
      }
      return results;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
