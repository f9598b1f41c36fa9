import {
  endpoints,
  type EndpointName,
  type EventName,
  type EventOf,
  type Request,
  type Response,
  type Transport,
} from '../../shared/contract/endpoint.ts';
import type { FeaturesRequest } from '../../shared/contract/features.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { usageError } from './usage-error.ts';

function refusePath(field: string): never {
  throw new ThawError(
    'file.notGranted',
    `A window names files by what was granted to it; received a path as ${field}.`,
    'Choose or drop the file or folder.',
  );
}

function checkPlan({ dataset, weights }: Pick<TrainingPlanRequest, 'dataset' | 'weights'>, within = ''): void {
  if (dataset && 'path' in dataset) refusePath(`${within}dataset`);
  if (weights?.kind === 'file') refusePath(`${within}weights`);
  if (weights?.kind === 'fused' && weights.parts.some(({ kind }) => kind === 'file')) refusePath(`${within}weights`);
}

function checkFeatures(request: FeaturesRequest): void {
  checkPlan(request);
  if (request.output.kind === 'file') refusePath('output');
}

function checkActivations({ source, image }: Pick<Request<'activations'>, 'source' | 'image'>): void {
  if (typeof image === 'string') refusePath('image');
  if (source.kind === 'network') checkPlan({ weights: source.weights }, 'source.');
}

function checkImages({ images }: Pick<Request<'predict'>, 'images'>): void {
  if (images.some((image) => typeof image === 'string')) refusePath('images');
}

function checkImage({ image }: Pick<Request<'explain.heatMap'>, 'image'>): void {
  if (typeof image === 'string') refusePath('image');
}

/** Each endpoint whose request may name a path, and where; a path in a request of any other has no meaning. */
const CHECKS: { readonly [Name in EndpointName]?: (request: Request<Name>) => void } = {
  'training.start': checkPlan,
  'queue.add': checkPlan,
  'queue.sweep': ({ plan }) => checkPlan(plan, 'plan.'),
  'runs.branch': ({ plan }) => checkPlan(plan, 'plan.'),
  'training.findRate': ({ plan }) => checkPlan(plan, 'plan.'),
  'training.findBatchSize': ({ plan }) => checkPlan(plan, 'plan.'),
  'plan.preview': checkPlan,
  'plans.strategies': ({ plan }) => checkPlan(plan, 'plan.'),
  'queue.strategies': ({ plan }) => checkPlan(plan, 'plan.'),
  'plans.parse': ({ folder }) => {
    if (folder !== undefined) refusePath('folder');
  },
  'plans.write': ({ of }) => {
    if ('plan' in of) checkPlan(of.plan, 'of.plan.');
  },
  'layer.inspect': ({ plan }) => {
    if (plan) checkPlan(plan, 'plan.');
  },
  'networks.open': ({ file }) => checkPlan({ weights: file }),
  'networks.check': () => refusePath('path'),
  'weights.inspect': ({ weights }) => checkPlan({ weights }),
  'weights.check': ({ weights, images, labels }) => {
    checkPlan({ weights });
    checkImages({ images });
    if (labels !== undefined) refusePath('labels');
  },
  'weights.map': ({ weights }) => checkPlan({ weights }),
  'dataset.open': checkPlan,
  'dataset.inspect': checkPlan,
  'dataset.edits': checkPlan,
  'dataset.structure': checkPlan,
  'dataset.embedding': checkPlan,
  'dataset.labelMistakes': ({ dataset, by }) => {
    checkPlan({ dataset });
    if (by.kind === 'network') checkPlan({ weights: by.weights }, 'by.');
  },
  'features.write': checkFeatures,
  'runs.export': ({ output }) => {
    if (output.kind === 'file') refusePath('output');
  },
  'runs.exportModel': ({ output }) => {
    if (output.kind === 'folder') refusePath('output');
  },
  'runs.report': ({ output }) => {
    if (output.kind === 'file') refusePath('output');
  },
  'runs.import': ({ file }) => {
    if (file.kind === 'file') refusePath('file');
  },
  activations: checkActivations,
  'activations.maps': checkActivations,
  'augmentation.preview': checkImages,
  predict: checkImages,
  'predictions.average': checkImages,
  'evaluations.run': ({ on }) => {
    if (on?.kind === 'dataset') checkPlan(on);
  },
  'predictions.correct': ({ corrections }) => checkImages({ images: corrections.map(({ image }) => image) }),
  'explain.heatMap': checkImage,
  'explain.occlusion': checkImage,
  'explain.nearest': checkImage,
  'predictions.write': ({ images, output }) => {
    checkImages({ images });
    if (output.kind === 'file') refusePath('output');
  },
};

/**
 * The engine as a window may use it: what it names was granted, lies in an opened dataset, belongs to a run or ships with
 * Thaw. Answers may show paths, to be read by people.
 */
export function windowTransport({ transport }: { readonly transport: Transport }): Transport {
  return {
    async invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
      const check: ((request: Request<Name>) => void) | undefined = CHECKS[name];
      if (check) {
        const asked = endpoints[name].request.safeParse(request);
        if (!asked.success) throw usageError(name, request, asked.error);
        check(asked.data as Request<Name>);
      }
      return transport.invoke(name, request);
    },
    subscribe<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void {
      return transport.subscribe(name, listener);
    },
  };
}
