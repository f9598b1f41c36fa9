import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { networkTensors } from '../src/engine/network/shape.ts';
import { findNetwork } from '../src/engine/network/registry.ts';
import { createService } from '../src/engine/service/create-service.ts';
import { initialValues } from '../src/engine/weights/initialise.ts';
import { writeSafetensors } from '../src/engine/weights/safetensors-writer.ts';
import type { Transport } from '../src/shared/contract/endpoint.ts';
import type { TrainingPlanRequest } from '../src/shared/contract/plan-request.ts';
import type { CostEstimate } from '../src/shared/contract/preview.ts';
import type { RunResult } from '../src/shared/contract/run.ts';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { findSharedData } from './shared-data.ts';
import { compare, median } from './statistics.ts';

const TARGETS = { 'epoch-time': 0.3, memory: 0.25 } as const;
/** Images of each class in the small dataset, on which the large network trains in bearable time. */
const SMALL = { train: 32, val: 16 } as const;

const SMALL_NETWORK = 'mobilenet_v1_0.25_224';
const WIDE_NETWORK = 'mobilenet_v1_1.0_224';
const DEEP_NETWORK = 'resnet50_224';
const FROZEN = { action: 'freeze', pattern: '/./' } as const;

interface Case {
  readonly name: string;
  readonly network: string;
  readonly dataset: 'all' | 'small';
  readonly request: TrainingPlanRequest;
}

function thawed(pattern: string): TrainingPlanRequest {
  return { strategy: 'finetune', rules: [FROZEN, { action: 'thaw', pattern }] };
}

function planned(name: string, network: string, dataset: Case['dataset'], request: TrainingPlanRequest): Case {
  return { name, network, dataset, request };
}

/** What the machine has done before: other plans than those that are estimated. */
const PAST: readonly Case[] = [
  planned('small, head', SMALL_NETWORK, 'all', { strategy: 'features', epochs: 100 }),
  planned('small, all', SMALL_NETWORK, 'all', { strategy: 'finetune', batchSize: 32, epochs: 3 }),
  planned('wide, upper part', WIDE_NETWORK, 'small', { ...thawed('from:block_8'), batchSize: 16, epochs: 4 }),
  planned('deep, last block', DEEP_NETWORK, 'small', { ...thawed('from:conv5_block3'), batchSize: 16, epochs: 3 }),
];

const ESTIMATED: readonly Case[] = [
  planned('small, from block 12', SMALL_NETWORK, 'all', { ...thawed('from:block_12'), batchSize: 32, epochs: 6 }),
  planned('small, from block 6', SMALL_NETWORK, 'all', { ...thawed('from:block_6'), batchSize: 32, epochs: 4 }),
  planned('small, all, Adam', SMALL_NETWORK, 'all', {
    strategy: 'finetune',
    batchSize: 16,
    optimizer: { kind: 'adam' },
    epochs: 3,
  }),
  planned('small, from scratch', SMALL_NETWORK, 'small', { strategy: 'scratch', batchSize: 64, epochs: 4 }),
  planned('wide, head', WIDE_NETWORK, 'all', { strategy: 'features', epochs: 100 }),
  planned('wide, from block 12', WIDE_NETWORK, 'small', { ...thawed('from:block_12'), batchSize: 32, epochs: 4 }),
  planned('wide, all', WIDE_NETWORK, 'small', { strategy: 'finetune', batchSize: 16, epochs: 3 }),
  planned('deep, head', DEEP_NETWORK, 'small', { strategy: 'features', epochs: 100, evaluationBatchSize: 32 }),
  planned('deep, from conv5', DEEP_NETWORK, 'small', { ...thawed('from:conv5_block1'), batchSize: 16, epochs: 3 }),
  planned('deep, from conv4_block4', DEEP_NETWORK, 'small', {
    ...thawed('from:conv4_block4'),
    batchSize: 8,
    epochs: 3,
  }),
];

/** A folder with a workspace of its own, the photos of two sizes, and weights of no sense for each network. */
class Place implements Disposable {
  readonly root = mkdtempSync(path.join(tmpdir(), 'thaw-bench-'));
  readonly small = path.join(this.root, 'photos');
  readonly #weights = new Map<string, string>();

  constructor(photos: string) {
    const installed = process.env['THAW_CACHE'];
    if (installed === undefined) throw new Error('THAW_CACHE must name the cache folder. Run: npm run -s bench');
    mkdirSync(this.cache);
    symlinkSync(path.join(installed, 'toolchain'), path.join(this.cache, 'toolchain'));
    for (const [split, count] of Object.entries(SMALL)) {
      for (const name of readdirSync(path.join(photos, split))) {
        const from = path.join(photos, split, name);
        for (const file of readdirSync(from).toSorted().slice(0, count)) {
          cpSync(path.join(from, file), path.join(this.small, split, name, file));
        }
      }
    }
  }

  get cache(): string {
    return path.join(this.root, 'cache');
  }

  /** What weights cost does not depend on their values. */
  async weights(name: string): Promise<string> {
    const known = this.#weights.get(name);
    if (known !== undefined) return known;
    const network = findNetwork(name).build();
    const values = initialValues(network, 1);
    const tensors = networkTensors(network).map(
      (tensor) => [tensor.name, { shape: tensor.shape, data: values.get(tensor.name) ?? new Float32Array() }] as const,
    );
    const file = path.join(this.root, `${name}.safetensors`);
    await writeSafetensors(file, new Map(tensors), {});
    this.#weights.set(name, file);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

interface Measured {
  readonly estimate: CostEstimate;
  readonly epochSeconds: number;
  readonly memoryBytes: number;
  readonly featureSeconds: number;
}

/** As most epochs went, the first left out, which warms up. */
function epochSecondsOf({ history, timings }: RunResult): number {
  const seconds = history.map((epoch) => epoch.seconds);
  return median(seconds.slice(1)) + (timings['evaluate'] ?? 0) / seconds.length;
}

async function measure(
  transport: Transport,
  place: Place,
  photos: string,
  { network, dataset, request }: Case,
): Promise<Measured> {
  const source = { kind: 'folder', path: dataset === 'all' ? photos : place.small } as const;
  const weights =
    request.strategy === 'scratch' ? undefined : ({ kind: 'file', path: await place.weights(network) } as const);
  const plan: TrainingPlanRequest = { ...request, network, dataset: source, weights };
  await transport.invoke('dataset.open', { dataset: source });
  const { cost, problems } = await transport.invoke('plan.preview', plan);
  if (!cost) throw new Error(`The plan cannot be estimated: ${problems.map(({ message }) => message).join(' ')}`);
  const { runId } = await transport.invoke('training.start', plan);
  const result = await transport.invoke('training.wait', { runId });
  if (result.status !== 'finished')
    throw new Error(`The run ended as ${result.status}: ${result.error?.message ?? ''}`);
  return {
    estimate: cost,
    epochSeconds: epochSecondsOf(result),
    memoryBytes: result.peakMemoryBytes ?? NaN,
    featureSeconds: result.timings['features'] ?? NaN,
  };
}

/** How many times too large or too small, as a share: 0.3 for 30 % off either way. */
function errorOf(estimated: number | null, measured: number): number {
  return estimated === null ? NaN : Math.abs(estimated / measured - 1);
}

function tell(name: string, { estimate, epochSeconds, memoryBytes, featureSeconds }: Measured): string {
  const seconds = (value: number | null): string => (value === null ? '?' : value.toPrecision(3));
  const percent = (estimated: number | null, measured: number): string =>
    estimated === null ? '?' : `${((estimated / measured - 1) * 100).toFixed(0)} %`;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  return [
    `${name} (calibrated by ${estimate.calibratedBy})`,
    `epoch ${seconds(estimate.epochSeconds)} s, measured ${seconds(epochSeconds)} s: ${percent(estimate.epochSeconds, epochSeconds)}`,
    `memory ${megabytes(estimate.memoryBytes)} MB, measured ${megabytes(memoryBytes)} MB: ${percent(estimate.memoryBytes, memoryBytes)}`,
    `features ${seconds(estimate.featureSeconds)} s, measured ${seconds(featureSeconds)} s`,
  ].join('; ');
}

async function run({ say, signal }: BenchContext): Promise<readonly BenchResult[]> {
  const { dataset: photos } = findSharedData();
  using place = new Place(photos);
  const service = createService({ home: path.join(place.root, 'home'), cache: place.cache });
  const results: BenchResult[] = [];
  try {
    for (const past of PAST) {
      signal.throwIfAborted();
      say(`estimate: before, ${tell(past.name, await measure(service.transport, place, photos, past))}`);
    }
    for (const estimated of ESTIMATED) {
      signal.throwIfAborted();
      const measured = await measure(service.transport, place, photos, estimated);
      say(`estimate: ${tell(estimated.name, measured)}`);
      const { estimate } = measured;
      const errors = {
        'epoch-time': errorOf(estimate.epochSeconds, measured.epochSeconds),
        memory: errorOf(estimate.memoryBytes, measured.memoryBytes),
      };
      for (const what of ['epoch-time', 'memory'] as const) {
        results.push(
          compare({
            name: `estimate/${what}/${estimated.name}`,
            unit: 'share off',
            better: 'lower',
            thaw: [errors[what]],
            peer: null,
            peerName: `the run itself, after ${estimate.calibratedBy} others`,
            target: { of: 'thaw', value: TARGETS[what] },
          }),
        );
      }
    }
    return results;
  } finally {
    await service.close();
  }
}

/** Ten plans on three networks, each estimated before it is run, by what the runs before it took. */
export const estimate: Bench = {
  name: 'estimate',
  description: 'how far the estimated epoch time and memory of ten plans are off what is then measured',
  run,
};
