import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { CostEstimate, PlanPreview } from '../../shared/contract/preview.ts';
import { countImages } from '../dataset/count-images.ts';
import type { ImageCounts } from '../cost/workload.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import { withReused } from '../freeze/reused-layers.ts';
import type { Network } from '../network/layer.ts';
import { findNetwork } from '../network/registry.ts';
import { elementCount, layerShapes } from '../network/shape.ts';
import { cachingForbiddenBy, variantsWarning } from '../training/augmentation/canvas.ts';
import { isCached } from '../training/costed-plan.ts';
import { memoryWarning, type MemoryNeed } from '../training/memory.ts';
import { describeGaps, matchWeights } from '../weights/load.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import type { WeightsFile } from '../weights/weights-file.ts';
import type { ServiceContext } from './context.ts';
import { planWarnings } from './default-plan.ts';
import { assertNamedWeights } from './named-weights.ts';
import { networkWarnings } from './network-warnings.ts';
import { explainLostWeights } from './on-features.ts';
import { estimateCost, estimateMemory } from './preview-plan-cost.ts';
import { costOfStages, previewStages } from './preview-plan-stages.ts';
import { draftPlan, ProblemList, type PlanDraft } from './preview-plan-draft.ts';
import { describePlan, describeStages } from './preview-plan-sentence.ts';
import { assertDataset } from './plan-run.ts';
import { leakWarnings } from './leak-warnings.ts';
import { plannedParts, weightsPath } from './weights-path.ts';

const FLOAT_BYTES = 4;

/** What a file leaves out of a network, in words; looked for once for each pair and the rules between them. */
const gaps = new WeakMap<WeightsFile, WeakMap<Network, Map<string, string | null>>>();

function gapsOf(
  network: Network,
  file: WeightsFile,
  { weights, reuse }: Pick<TrainingPlan, 'weights' | 'reuse'>,
): string | null {
  const ofFile = gaps.get(file) ?? new WeakMap<Network, Map<string, string | null>>();
  gaps.set(file, ofFile);
  const known = ofFile.get(network) ?? new Map<string, string | null>();
  ofFile.set(network, known);
  const rules = JSON.stringify([weights.kind === 'file' ? weights.mapping : null, reuse]);
  const found = known.get(rules);
  if (found !== undefined) return found;
  const gap = describeGaps(matchWeights(withReused(network, reuse), asPlanned(file, weights)));
  known.set(rules, gap);
  return gap;
}

/** What the files of a fused network's parts leave out of them. */
async function gapsOfParts(context: ServiceContext, plan: TrainingPlan): Promise<readonly string[]> {
  const told: string[] = [];
  for (const { network, weights } of plannedParts(plan)) {
    const path = await weightsPath(context, { network, weights });
    if (path === null) continue;
    const base = findNetwork(network).build();
    const gap = await context.weights.use(path, (file) => gapsOf(base, file, { weights, reuse: null }));
    if (gap !== null) told.push(`${network}: ${gap}`);
  }
  return told;
}

/** Tells what is wrong with files that the plan names. @returns warnings */
async function checkFiles(
  context: ServiceContext,
  { plan, network, request, features }: PlanDraft,
  problems: ProblemList,
): Promise<readonly string[]> {
  if (!problems.concerns('dataset')) problems.attempt('dataset', () => assertDataset(plan.dataset));
  if (!network || problems.concerns('weights') || problems.concerns('reuse')) return [];
  const namedBy = request.weights === undefined ? (features?.description ?? null) : null;
  try {
    if (plan.weights.kind === 'fused') return await gapsOfParts(context, plan);
    const weights = await weightsPath(context, plan);
    if (weights === null) return [];
    const named = namedBy && (await assertNamedWeights(context, plan.weights, namedBy));
    const gap = await context.weights.use(weights, (file) => gapsOf(network, file, plan));
    return [named, gap].flatMap((warning) => warning ?? []);
  } catch (error) {
    problems.add('weights', namedBy ? explainLostWeights(error, namedBy) : error);
    return [];
  }
}

function boundaryOf(
  draft: Pick<PlanDraft, 'plan' | 'network'>,
  freeze: FreezePlan,
  images: ImageCounts | null,
): PlanPreview['boundary'] {
  const shapes = draft.network ? layerShapes(draft.network) : new Map<string, readonly number[]>();
  const isComputedOnce = isCached({ plan: draft.plan, freeze });
  const variants = Math.max(1, draft.plan.augmentation?.variants ?? 1);
  const forbiddenBy = cachingForbiddenBy(draft.plan.augmentation);
  const layers = isComputedOnce ? freeze.cut.map((name) => ({ name, shape: [...(shapes.get(name) ?? [])] })) : [];
  const bytes = FLOAT_BYTES * layers.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return {
    layers,
    bytes: images && bytes * (images.train * variants + images.validation + images.test),
    forbiddenBy: forbiddenBy === null ? freeze.boundaryForbiddenBy : `${forbiddenBy}.`,
  };
}

/** What is told of a network that is not known. */
function withoutNetwork(): Omit<PlanPreview, 'plan' | 'problems' | 'datasetKnown'> {
  return {
    warnings: [],
    layers: [],
    parameters: { trainable: 0, frozen: 0 },
    boundary: { layers: [], bytes: null, forbiddenBy: null },
    cost: null,
    stages: [],
    sentence: 'Choose a network to see what will happen.',
  };
}

/**
 * What a plan would do and cost, before anything is begun. Whatever is wrong in it comes as a problem at its field, and the
 * rest is told as if that had been left out.
 */
export async function previewPlan(
  context: ServiceContext,
  request: Readonly<Record<string, unknown>>,
): Promise<PlanPreview> {
  const draft = await draftPlan(context, request);
  const { plan, network, freeze, dataset } = draft;
  const problems = new ProblemList();
  problems.found.push(...draft.problems);
  const gap = await checkFiles(context, draft, problems);
  const images = dataset && countImages(dataset);
  const costing = (own: TrainingPlan, mask: FreezePlan): CostEstimate | null =>
    network && mask.parameters.trainable > 0
      ? estimateCost(
          context,
          { plan: own, network, freeze: mask },
          dataset && images && { version: dataset.version, images },
        )
      : null;
  const tell = (own: TrainingPlan, mask: FreezePlan, forbiddenBy: string | null, cost: CostEstimate | null): string =>
    describePlan({
      plan: own,
      layers: mask.states,
      prefix: new Set(isCached({ plan: own, freeze: mask }) ? mask.prefix : []),
      images: images && images.train + images.validation + images.test,
      forbiddenBy,
      isGiven: draft.features !== null,
      cost,
    });
  const needs: MemoryNeed[] = [];
  const staged = previewStages(draft, problems, (own, mask) => {
    const boundary = boundaryOf(own, mask, images);
    const cost = costing(own.plan, mask);
    needs.push(estimateMemory(context, { plan: own.plan, network: own.network, freeze: mask }, images));
    return { boundary, cost, sentence: tell(own.plan, mask, boundary.forbiddenBy, cost) };
  });
  const about = {
    plan: problems.found.length === 0 ? plan : null,
    problems: problems.found,
    datasetKnown: dataset !== null,
  };
  if (!network || !freeze) return { ...about, ...withoutNetwork() };

  const boundary = boundaryOf(draft, freeze, images);
  const cost =
    plan.stages.length > 0
      ? costOfStages(
          staged.stages.map((stage) => stage.cost),
          plan.stages.map(({ epochs }) => epochs),
        )
      : costing(plan, freeze);
  const [need = estimateMemory(context, { plan, network, freeze }, images)] = needs.sort(
    (left, right) => right.neededBytes - left.neededBytes,
  );
  const tight = cost && memoryWarning(need);
  const sentence = plan.stages.length > 0 ? describeStages(plan, cost) : tell(plan, freeze, boundary.forbiddenBy, cost);
  return {
    ...about,
    warnings: [
      ...planWarnings(draft.request, plan),
      ...networkWarnings(plan, findNetwork(plan.network).build(), network, freeze),
      ...staged.warnings,
      ...gap,
      ...leakWarnings(context, plan.dataset, dataset),
      ...[variantsWarning(plan.augmentation, freeze.cut), tight].flatMap((warning) => warning ?? []),
    ],
    layers: [...freeze.states],
    parameters: freeze.parameters,
    boundary,
    cost,
    stages: [...staged.stages],
    sentence,
  };
}
