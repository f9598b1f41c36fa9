import path from 'node:path';
import type { DatasetSource, PartWeights, WeightsSource } from '../../shared/contract/plan.ts';
import type {
  DatasetReference,
  PartReference,
  TrainingPlanRequest,
  WeightsReference,
} from '../../shared/contract/plan-request.ts';
import { readPlan } from '../experiment/run-reader.ts';
import type { ServiceContext } from './context.ts';
import { locatedDataset } from './located-dataset.ts';
import { publishedPath } from './published-weights.ts';

/** A request as `completePlan` takes it: whatever was named by a grant or a run stands in it as its source. */
export type ResolvedPlanRequest = Omit<TrainingPlanRequest, 'dataset' | 'weights'> & {
  readonly dataset?: DatasetSource | undefined;
  readonly weights?: WeightsSource | undefined;
};

/** A dataset is a folder, but for features: a file that NumPy knows as its own by this ending. */
export function isFeaturesFile(given: string): boolean {
  return path.extname(given).toLowerCase() === '.npz';
}

/** @throws ThawError `file.notGranted`, `run.unknown` */
export function resolveDataset(context: ServiceContext, dataset: DatasetReference): DatasetSource {
  switch (dataset.kind) {
    case 'folder':
      return locatedDataset(context, dataset);
    case 'sample':
    case 'features':
      return dataset;
    case 'granted': {
      const granted = context.grants.pathOf(dataset.grantId);
      if (isFeaturesFile(granted)) return { kind: 'features', path: granted };
      const { structure } = dataset;
      return locatedDataset(context, { kind: 'folder', path: granted, ...(structure && { structure }) });
    }
    case 'ofRun':
      return locatedDataset(context, readPlan(context.log, dataset.runId).dataset);
  }
}

function mapped(file: string, mapping: readonly string[] | undefined): PartWeights {
  return { kind: 'file', path: file, ...(mapping && mapping.length > 0 && { mapping: [...mapping] }) };
}

function resolvePart(context: ServiceContext, weights: PartReference): PartWeights {
  switch (weights.kind) {
    case 'granted':
      return mapped(context.grants.pathOf(weights.grantId), weights.mapping);
    case 'published':
      return mapped(publishedPath(context, weights.name), weights.mapping);
    case 'file':
    case 'run':
    case 'shipped':
      return weights;
  }
}

/** @throws ThawError `file.notGranted`, `run.unknown`, `usage.noMatch`, `weights.missing` for weights not downloaded yet */
export function resolveWeights(context: ServiceContext, weights: WeightsReference): WeightsSource {
  switch (weights.kind) {
    case 'file':
    case 'run':
    case 'shipped':
    case 'none':
      return weights;
    case 'granted':
    case 'published':
      return resolvePart(context, weights);
    case 'fused':
      return { kind: 'fused', parts: weights.parts.map((part) => resolvePart(context, part)) };
    case 'ofRun':
      return readPlan(context.log, weights.runId).weights;
  }
}

/** @throws ThawError `file.notGranted`, `run.unknown` */
export function resolveReferences(context: ServiceContext, request: TrainingPlanRequest): ResolvedPlanRequest {
  const { dataset, weights, ...rest } = request;
  return {
    ...rest,
    dataset: dataset && resolveDataset(context, dataset),
    weights: weights && resolveWeights(context, weights),
  };
}
