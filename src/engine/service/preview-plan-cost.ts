import { existsSync } from 'node:fs';
import { availableParallelism, arch, cpus } from 'node:os';
import type { CostEstimate } from '../../shared/contract/preview.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { calibrate, type PastRun } from '../cost/calibrate.ts';
import { costOf, DEFAULT_PRICES, type Prices } from '../cost/prices.ts';
import { workloadOf, type CostedPlan, type ImageCounts } from '../cost/workload.ts';
import { measuredRunsKey, readMeasuredRuns, type MeasuredRun } from '../experiment/calibration.ts';
import type { Log } from '../experiment/log.ts';
import { freezePlan } from '../freeze/freeze-plan.ts';
import { decodedCacheFolder } from '../image/decoded-cache.ts';
import { findNetwork } from '../network/registry.ts';
import { costedPlan, isCached, type UnderstoodPlan } from '../training/costed-plan.ts';
import { memoryNeed, type MemoryNeed } from '../training/memory.ts';
import type { ServiceContext } from './context.ts';
import { networkOfPlan } from './preview-plan-network.ts';

/** More runs tell nothing new, and old ones of a machine as it was. */
const MOST_RUNS = 60;

function understand(run: MeasuredRun): UnderstoodPlan {
  const { plan, classes } = run;
  const network = networkOfPlan(plan, classes);
  return { plan, network, freeze: freezePlan(network, plan.strategy, plan.rules) };
}

/** What two runs share whose features are the same. */
function featuresKey({ plan, freeze }: UnderstoodPlan, datasetVersion: string): string {
  const { network, weights, preprocessing, augmentation } = plan;
  return JSON.stringify([datasetVersion, network, weights, freeze.prefix, preprocessing, augmentation]);
}

/** What two runs share whose decoded images are the same. */
function decodedKey({ plan }: UnderstoodPlan, datasetVersion: string): string {
  const { height, width } = findNetwork(plan.network).preprocessing;
  const held = plan.augmentation?.randomResizedCrop ? 'canvas' : 'input';
  return JSON.stringify([datasetVersion, height, width, held, plan.preprocessing]);
}

/** What runs have left behind, told by the log: whoever clears the caches clears what is expected of them. */
class Remains {
  readonly #seen = new Set<string>();

  of(understood: UnderstoodPlan, datasetVersion: string): CostedPlan['prepared'] {
    if (isCached(understood) && this.#seen.has(featuresKey(understood, datasetVersion))) return 'features';
    return this.#seen.has(decodedKey(understood, datasetVersion)) ? 'images' : 'nothing';
  }

  add(understood: UnderstoodPlan, datasetVersion: string): void {
    this.#seen.add(decodedKey(understood, datasetVersion));
    if (isCached(understood)) this.#seen.add(featuresKey(understood, datasetVersion));
  }
}

/** What is known of this machine. */
interface Calibration {
  readonly key: string;
  readonly prices: Prices;
  readonly runs: number;
  readonly remains: Remains;
}

const UNCALIBRATED: Calibration = { key: '', prices: DEFAULT_PRICES, runs: 0, remains: new Remains() };

/** @param remains takes in what each run left */
function pastRuns(runs: readonly MeasuredRun[], remains: Remains): readonly PastRun[] {
  return runs.flatMap((run) => {
    // What its stages took is known of all of them together alone.
    if (run.plan.stages.length > 0) return [];
    try {
      const understood = understand(run);
      const prepared = remains.of(understood, run.datasetVersion);
      remains.add(understood, run.datasetVersion);
      const isPrepared = prepared === 'features' || (prepared === 'images' && !isCached(understood));
      return [
        {
          workload: workloadOf(costedPlan(understood, run.images, prepared)),
          epochSeconds: run.trainSeconds + run.evaluateSeconds,
          preparationSeconds: isPrepared ? null : run.preparationSeconds,
          memoryBytes: run.peakMemoryBytes,
        },
      ];
    } catch (error) {
      // A network or rule that this Thaw does not know any more tells nothing.
      if (error instanceof ThawError) return [];
      throw error;
    }
  });
}

function readCalibration(log: Log, before: Calibration): Calibration {
  const key = measuredRunsKey(log);
  if (key === before.key) return before;
  const machine = { cpu: cpus()[0]?.model.trim() ?? arch(), cores: availableParallelism() };
  const remains = new Remains();
  const runs = pastRuns(readMeasuredRuns(log, machine, MOST_RUNS), remains);
  return { key, prices: calibrate(runs), runs: runs.length, remains };
}

const calibrations = new WeakMap<ServiceContext, Calibration>();

/** Fitted anew when a run has ended since. */
function calibration(context: ServiceContext): Calibration {
  const before = calibrations.get(context) ?? UNCALIBRATED;
  try {
    const now = readCalibration(context.log, before);
    calibrations.set(context, now);
    return now;
  } catch (error) {
    // A log that cannot be read is told where it is needed; an estimate does without.
    if (error instanceof ThawError) return before;
    throw error;
  }
}

/** False where the caches were cleared. */
function hasCaches(context: ServiceContext): boolean {
  return existsSync(decodedCacheFolder(context.cache));
}

/**
 * Estimates what a plan will cost on this machine, by what past runs cost.
 *
 * @param dataset null while it was not opened: times are then not known, and memory is that of a small one
 */
export function estimateCost(
  context: ServiceContext,
  understood: UnderstoodPlan,
  dataset: { readonly version: string; readonly images: ImageCounts } | null,
): CostEstimate {
  const { prices, runs, remains } = calibration(context);
  const left = (): CostedPlan['prepared'] =>
    dataset && hasCaches(context) ? remains.of(understood, dataset.version) : 'nothing';
  const prepared = understood.plan.dataset.kind === 'features' ? 'features' : left();
  const amounts = workloadOf(costedPlan(understood, dataset && dataset.images, prepared));
  const { memoryBytes, epochSeconds, preparationSeconds } = costOf(amounts, prices);
  return {
    memoryBytes,
    epochSeconds: dataset && epochSeconds,
    featureSeconds: isCached(understood) ? dataset && preparationSeconds : 0,
    stepsPerEpoch: dataset && amounts.stepsPerEpoch,
    calibratedBy: runs,
  };
}

/** What a plan takes of this machine's memory, by what past runs took. */
export function estimateMemory(
  context: ServiceContext,
  understood: UnderstoodPlan,
  images: ImageCounts | null,
): MemoryNeed {
  return memoryNeed(understood, images, { prices: calibration(context).prices });
}
