import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TrainingPlan } from '../../../shared/contract/plan.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { cutAt } from '../../freeze/cut-at.ts';
import { freezePlan } from '../../freeze/freeze-plan.ts';
import { compileProgram } from '../../graph/program.ts';
import type { Program } from '../../graph/program-description.ts';
import type { Network } from '../../network/layer.ts';
import { preprocessedAs } from '../../network/preprocessing.ts';
import { deviceInformation } from '../../runtime/binding.ts';
import { Session } from '../../runtime/session.ts';
import { describeGaps } from '../../weights/load.ts';
import { assertFinite } from '../divergence.ts';
import { expectDevice } from '../expect-device.ts';
import type { ExtractorJob } from '../extractor-protocol.ts';
import type { PrefixDescription } from '../feature-cache/feature-key.ts';
import { firstValues } from '../first-values.ts';
import { modelNetwork } from '../model-file.ts';
import { tensorHash } from '../tensor-hash.ts';

/** A head needs two classes to be built; that of a network whose features are taken is not used. */
const FEWEST_CLASSES = 2;

/** The part of the network below the cut, loaded and ready. */
export interface Extractor extends PrefixDescription {
  readonly session: Session;
  readonly program: Program;
  /** SHA-256 of the files that its weights were read from. */
  readonly weightsHash: string | null;
}

/** @throws ThawError `usage.invalid` where nothing stays the same at the bottom of the network */
function placeOf(network: Network, plan: TrainingPlan, layer: string | null): ReturnType<typeof cutAt> {
  if (layer !== null) return cutAt(network, [layer]);
  const { cut, boundaryForbiddenBy } = freezePlan(network, plan.strategy, plan.rules);
  if (cut.length > 0) return cutAt(network, cut);
  throw new ThawError(
    'usage.invalid',
    `Features are taken above what is frozen at the bottom of a network; these rules leave nothing there: ${boundaryForbiddenBy ?? 'everything trains.'}`,
    'Freeze the lower layers, or say with --layer where to take them.',
  );
}

/**
 * Loads a network with its weights, to be run up to where features are taken.
 *
 * @param classes of the images; they decide nothing but the size of a head that is not used
 * @throws ThawError `network.unknown`, `usage.invalid` for rules or a layer, or what is wrong with the weights
 */
export async function loadExtractor(
  job: ExtractorJob,
  classes: number,
  onWarning: (message: string) => void,
): Promise<Extractor> {
  const { plan } = job;
  const { network, preprocessing: own } = modelNetwork({
    network: plan.network,
    classes: Array.from({ length: Math.max(classes, FEWEST_CLASSES) }, (_, index) => String(index)),
    dropout: plan.dropout,
    head: plan.head,
    headDesign: plan.headDesign,
  });
  const preprocessing = preprocessedAs(own, plan.preprocessing);
  const place = placeOf(network, plan, job.layer);
  const { tensorflow, gpu, kernels, device } = deviceInformation();
  expectDevice(plan, gpu);
  const { values, report } = await firstValues(job, network, null);
  const lacking = report && describeGaps(report);
  if (lacking !== null) onWarning(lacking);
  assertFinite(values, report?.source ?? 'the initial values');
  const program = compileProgram({
    network,
    plan: { ...freezePlan(network, 'features', []), ...place },
    preprocessing,
    optimizer: plan.optimizer,
    precision: plan.precision,
    kernels,
  });
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-features-'));
  let session: Session;
  try {
    const layers = network.layers.map(({ name }) => name);
    session = Session.load(directory, program.savedModel, program.signatures, layers);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  session.run('assign', program.assignFeeds(values));
  return {
    session,
    program,
    weightsHash: report?.sha256 ?? null,
    network,
    plan: place,
    preprocessing,
    precision: plan.precision.frozen,
    tensorHashes: new Map([...values].map(([name, data]) => [name, tensorHash(data)])),
    runtime: { tensorflow, device },
  };
}
