import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import type { Bench, BenchResult } from './bench.ts';
import { interleave } from './interleave.ts';
import { PEERS } from './peer-python.ts';
import { copyPhotographs } from './photographs.ts';
import { processorSeconds } from './processor-time.ts';
import { findSharedData } from './shared-data.ts';
import { compare } from './statistics.ts';
import { StepProcess } from './step-process.ts';

const BATCH = 32;
const TARGET_DECODE = 1.3;
/** Of reading from the cache, in speeds of decoding. */
const TARGET_CACHED = 5;
/** Torchvision's usual recipe is what the target is held against; what is faster stands by. */
const DECODERS = [
  { decoder: 'pillow', isTarget: true },
  { decoder: 'tensor', isTarget: false },
] as const;

/** What it took to bring all photographs into batches once. */
interface Pass {
  readonly seconds: number;
  /** Of all the processes that worked on it; null where the system does not tell. */
  readonly processorSeconds: number | null;
}

interface Speeds {
  readonly decode: readonly number[];
  readonly cached: readonly number[];
  /** By decoder; none where the peers are absent. */
  readonly peers: readonly (readonly number[])[];
}

function speeds(measured: readonly (readonly Pass[])[], speed: (pass: Pass) => number): Speeds {
  const [decode = [], cached = [], ...peers] = measured.map((passes) => passes.map(speed));
  return { decode, cached, peers };
}

/** Against the peers, and what is read from the cache against what is decoded. */
function compareSpeeds(unit: string, peerNames: readonly string[], { decode, cached, peers }: Speeds): BenchResult[] {
  const suffix = unit === 'images/s' ? '' : '/processor-time';
  const figure = { unit, better: 'higher' } as const;
  const against = (what: string, thaw: readonly number[], target: number): BenchResult[] =>
    DECODERS.map(({ decoder, isTarget }, index) =>
      compare({
        ...{ ...figure, name: `image-decode/${what}${suffix}/${decoder}`, thaw, peer: peers[index] ?? null },
        peerName: peerNames[index] ?? `PyTorch, ${decoder} (absent)`,
        ...(isTarget && { target: { of: 'ratio', value: target } as const }),
      }),
    );
  return [
    ...against('decode', decode, TARGET_DECODE),
    ...against('cached', cached, TARGET_DECODE * TARGET_CACHED),
    compare({
      ...{ ...figure, name: `image-decode/cached${suffix}/decode`, thaw: cached, peer: decode },
      peerName: 'Thaw, from the JPEGs',
      target: { of: 'ratio', value: TARGET_CACHED },
    }),
  ];
}

/** How fast photographs become batches, from their files and from the cache of decoded images. */
export const imageDecode: Bench = {
  name: 'image-decode',
  description:
    'photographs a second brought to 224 pixels and into batches, from JPEGs and from the cache of decoded images, against PyTorch’s DataLoader',
  async run({ python, runs, say, signal }) {
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-image-decode-'));
    const photos = path.join(root, 'photos');
    const scratch = path.join(root, 'scratch');
    mkdirSync(scratch);
    try {
      const images = copyPhotographs(findSharedData().dataset, photos);
      await using stack = new AsyncDisposableStack();
      const child = path.join(import.meta.dirname, 'children/image-decode.ts');
      const ours = async (action: 'decode' | 'cached'): Promise<StepProcess> =>
        stack.use(await StepProcess.start(process.execPath, [child, action, photos, String(BATCH), scratch], signal));
      const decode = await ours('decode');
      const cached = await ours('cached');
      const args = ['--folder', photos, '--batch', String(BATCH), '--workers', String(availableParallelism())];
      const peers: StepProcess[] = [];
      for (const { decoder } of python === null ? [] : DECODERS) {
        const command = [path.join(PEERS, 'torch_loader.py'), ...args, '--decoder', decoder];
        peers.push(stack.use(await StepProcess.start(python ?? '', command, signal)));
      }
      const sides = [decode, cached, ...peers];
      for (const side of sides) await side.run(1);
      const measured = await interleave(
        sides.map((side) => async (): Promise<Pass> => {
          const before = processorSeconds(side.pid);
          const { seconds } = await side.run(1);
          const after = processorSeconds(side.pid);
          return { seconds, processorSeconds: before === null || after === null ? null : after - before };
        }),
        runs,
        signal,
        (round) => say(`image-decode: round ${round} of ${runs}`),
      );
      const names = peers.map((peer) => peer.name);
      return [
        ...compareSpeeds(
          'images/s',
          names,
          speeds(measured, ({ seconds }) => images / seconds),
        ),
        ...(measured.flat().every((pass) => pass.processorSeconds !== null)
          ? compareSpeeds(
              'images/processor s',
              names,
              speeds(measured, (pass) => images / (pass.processorSeconds ?? NaN)),
            )
          : []),
      ];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
