import { z } from 'zod';
import { togetherRequest } from './ensemble.ts';
import { activations, activationsSource } from './activations.ts';
import { augmentationPreview, MOST_PREVIEWED, MOST_PREVIEWS } from './augmentation-preview.ts';
import { augmentationRequest } from './augmentation.ts';
import { checkpointChoice } from './checkpoint.ts';
import { datasetEditRequest, datasetEdits, datasetMendRequest, imageFilter } from './dataset-edits.ts';
import { correctLabelsEndpoints } from './correct-labels.ts';
import { datasetEvent } from './dataset-event.ts';
import { datasetHealth } from './dataset-health.ts';
import { datasetView, imageBytes, imagePage, recentDataset } from './dataset-view.ts';
import { embeddingAnswer, embeddingRequest } from './embedding.ts';
import { evaluateEndpoints } from './evaluate.ts';
import { explainEndpoints } from './explain.ts';
import { runEvent, taskEvent } from './event.ts';
import { featuresRequest, featuresResult } from './features.ts';
import { fileEntry, folderListing } from './file-entry.ts';
import {
  batchSearch,
  batchSearchRequest,
  nextBlock,
  nextBlockRequest,
  rateSearch,
  rateSearchRequest,
} from './finders.ts';
import { imageReference } from './image-reference.ts';
import { imageInspection } from './image-inspection.ts';
import { layerInspection } from './inspection.ts';
import { logBackup, logRecovered, logReplacement, logReport, logVacuumed } from './log-care.ts';
import { labelMistakeEndpoints } from './label-mistakes.ts';
import { LARGEST_MAP, layerMaps, MOST_MAPS } from './layer-maps.ts';
import { PRECISIONS, trainingPlan } from './plan.ts';
import { datasetReference, trainingPlanRequest, weightsReference } from './plan-request.ts';
import { planEndpoints } from './plan-endpoints.ts';
import { planPreview, planPreviewRequest } from './preview.ts';
import { catalogueEntry, downloadedWeights } from './published-weights.ts';
import { runsEvent } from './run-edit.ts';
import { runEndpoints } from './run-endpoints.ts';
import { environment } from './run.ts';
import { filePiece, readRequest } from './run-exchange.ts';
import { modelRequest, openedModel } from './models.ts';
import { networkCheck } from './network-check.ts';
import { networkDetail } from './network-detail.ts';
import { networkSummary } from './network-summary.ts';
import { groupPattern } from './split-plan.ts';
import { groupOutline, structureOutline } from './structure-outline.ts';
import { settings, settingsChange } from './settings.ts';
import { stagePreset, stagePresetRequest } from './stage-requests.ts';
import { weightsListing } from './weights-listing.ts';
import { weightsCheck } from './weights-check.ts';
import { mappedHead, weightsMap } from './weights-mapping.ts';
import { writePredictionsRequest, writtenPredictions } from './write-predictions.ts';

/** Lets the caller follow and cancel what takes long: see the event `task`. */
const taskId = z.string().min(1).max(100).optional();

export type { NetworkSummary } from './network-summary.ts';

export type { ImageReference } from './image-reference.ts';

export const prediction = z.strictObject({
  /** As it was given; the name of a granted file, the relative path of a dataset's image. */
  path: z.string(),
  /** For `image.bytes`; null for a path of the user's own command line. */
  imageId: z.string().nullable(),
  /** Most probable first; empty where the image could not be read. */
  classes: z.array(z.strictObject({ name: z.string(), probability: z.number() })),
  problem: z.string().nullable(),
});
export type Prediction = z.infer<typeof prediction>;

export const predictResult = z.strictObject({ runId: z.string(), predictions: z.array(prediction) });
export type PredictResult = z.infer<typeof predictResult>;

export const doctorCheck = z.strictObject({
  name: z.string(),
  ok: z.boolean(),
  found: z.string(),
  /** The command that mends it, where something is missing. */
  mend: z.string().nullable(),
});
export const cacheSummary = z.strictObject({
  name: z.string(),
  path: z.string(),
  bytes: z.int(),
  /** What it may take at most; null for what has no limit. */
  limitBytes: z.int().nullable(),
  /** The command that clears it; null for what is not cleared by one. */
  clear: z.string().nullable(),
});
export type CacheSummary = z.infer<typeof cacheSummary>;

export const doctorReport = z.strictObject({
  environment: environment.nullable(),
  checks: z.array(doctorCheck),
  caches: z.array(cacheSummary),
  home: z.string(),
  freeDiskBytes: z.int(),
});
export type DoctorReport = z.infer<typeof doctorReport>;

/**
 * Every request a host can make of the engine. A transport carries `invoke(name, request)`; the service implements each
 * name (the compiler proves that none is missing).
 */
export const endpoints = {
  'networks.list': { request: z.strictObject({}), response: z.array(networkSummary) },
  /** A network layer by layer; with the published classifier of `classes`, where they are given. */
  'networks.show': {
    request: z.strictObject({ name: z.string().min(1).max(200), classes: z.int().min(1).max(100_000).optional() }),
    response: networkDetail,
  },
  /** Opens a whole model of Keras or tfjs as a network of its own, which has a name from then on; told with its classifier. */
  'networks.open': { request: modelRequest, response: networkDetail },
  /** Whole models that were opened before, the last one first. */
  'networks.opened': { request: z.strictObject({}), response: z.array(openedModel) },
  /** Holds a network to the reference in that file, which names it: to what its publisher's code computes. */
  'networks.check': { request: z.strictObject({ path: z.string().min(1) }), response: networkCheck },
  /** Pretrained weights that can be downloaded; of one network where it is named. */
  'weights.list': {
    request: z.strictObject({ network: z.string().min(1).optional() }),
    response: z.array(catalogueEntry),
  },
  /** Shows images to a network with a file's weights and its own classifier; `labels` is a file of class names. */
  'weights.check': {
    request: z.strictObject({
      network: z.string().min(1),
      weights: weightsReference,
      images: z.array(imageReference).min(1).max(10_000),
      top: z.int().min(1).max(1000),
      labels: z.string().min(1).optional(),
      resize: z.enum(['stretch', 'centerCrop']).optional(),
    }),
    response: weightsCheck,
  },
  /** Downloads weights of the catalogue, where they are not here already; what has come is kept for another try. */
  'weights.get': { request: z.strictObject({ name: z.string().min(1).max(256), taskId }), response: downloadedWeights },
  /** What is in a file of weights; only its headers are read. */
  'weights.inspect': { request: z.strictObject({ weights: weightsReference }), response: weightsListing },
  /** What becomes of each tensor when a network is given weights, under their rules for names; nothing is loaded. */
  'weights.map': {
    request: z.strictObject({ network: z.string().min(1), weights: weightsReference, head: mappedHead.optional() }),
    response: weightsMap,
  },
  /** What a plan would do and cost; never fails for what is wrong in the plan, but tells it as `problems`. */
  'plan.preview': { request: planPreviewRequest, response: planPreview },
  /** Stages that are usual for a network, made of its blocks. */
  'plans.stagePreset': { request: stagePresetRequest, response: stagePreset },
  /** The tensors of one layer, before training or, with `runId`, as a run left them. */
  'layer.inspect': {
    request: z.strictObject({
      layer: z.string().min(1),
      plan: trainingPlanRequest.optional(),
      runId: z.string().min(1).optional(),
    }),
    response: layerInspection,
  },
  /** Reads a folder as a dataset. */
  'dataset.open': {
    request: z.strictObject({ dataset: datasetReference, taskId }),
    response: datasetView,
  },
  /** Opens a folder and looks at every image of it: what they are like, and what may be wrong. */
  'dataset.inspect': {
    request: z.strictObject({ dataset: datasetReference, taskId }),
    response: datasetHealth,
  },
  'dataset.images': {
    request: imageFilter.extend({
      datasetId: z.string().min(1),
      offset: z.int().min(0),
      limit: z.int().min(1).max(1000),
    }),
    response: imagePage,
  },
  /** What a structure would make of a folder, before it is opened so; no image is read. */
  'dataset.structure': { request: z.strictObject({ dataset: datasetReference, taskId }), response: structureOutline },
  /** Opens the folder of this dataset as it is laid out now whenever it is opened again. */
  'dataset.accept': { request: z.strictObject({ datasetId: z.string().min(1) }), response: z.strictObject({}) },
  /** What a pattern of groups would keep together of a dataset's images. */
  'dataset.groups': {
    request: z.strictObject({ datasetId: z.string().min(1), pattern: groupPattern }),
    response: groupOutline,
  },
  /**
   * Decides something of images beside what their folder says; no file is touched. One request is one step that can be taken
   * back. It is refused where too little would be left to train on.
   */
  'dataset.edit': { request: datasetEditRequest, response: datasetView },
  /** Takes the last step back; `usage.invalid` where there is none. */
  'dataset.undo': { request: z.strictObject({ datasetId: z.string().min(1) }), response: datasetView },
  /** Makes the step again that was taken back last; `usage.invalid` where there is none. */
  'dataset.redo': { request: z.strictObject({ datasetId: z.string().min(1) }), response: datasetView },
  /**
   * Mends what the last `dataset.inspect` found, as one step: of copies in several splits those that train are left out, of
   * other copies all but the first, images of several classes and those that do not decode altogether.
   */
  'dataset.mend': { request: datasetMendRequest, response: datasetView },
  /** All that was decided of a folder's images; it need not be open, nor be there any more. */
  'dataset.edits': { request: z.strictObject({ dataset: datasetReference }), response: datasetEdits },
  /** Brings a dataset's images onto a plane, by what a network makes of them; a map that was made before is kept. */
  'dataset.embedding': { request: embeddingRequest.extend({ taskId }), response: embeddingAnswer },
  /** Datasets opened before, the newest first. */
  'dataset.recent': { request: z.strictObject({}), response: z.array(recentDataset) },
  /** A picture of at most `size` pixels a side, by the id that the engine gave. */
  'image.bytes': {
    request: z.strictObject({ imageId: z.string().min(1), size: z.int().min(16).max(4096) }),
    response: imageBytes,
  },
  /** Looks at one image closely; where it was taken is told only to who asks for it. */
  'image.inspect': {
    request: z.strictObject({ imageId: z.string().min(1), withLocation: z.boolean().optional() }),
    response: imageInspection,
  },
  /** A folder that was given or lies under the roots that this host allows, or their list; `usage.invalid` where it allows none. */
  'files.browse': { request: z.strictObject({ grantId: z.string().min(1).nullable() }), response: folderListing },
  /**
   * Takes in a file that a browser was given. Files of one `collection` lie in one folder, at their relative `path`; with
   * `folder`, what is granted is that folder.
   */
  'files.upload': {
    request: z.strictObject({
      collection: z
        .string()
        .regex(/^[0-9a-zA-Z-]{1,64}$/)
        .optional(),
      path: z.string().min(1).max(1024),
      bytes: z.instanceof(Uint8Array),
    }),
    response: z.strictObject({ file: fileEntry, folder: fileEntry }),
  },
  /** The next piece of a file that was written for a window; the piece that is the last one ends its being kept. */
  'files.read': { request: readRequest, response: filePiece },
  ...runEndpoints,
  ...planEndpoints,
  ...evaluateEndpoints,
  ...explainEndpoints,
  ...labelMistakeEndpoints,
  ...correctLabelsEndpoints,
  /**
   * Looks for a learning rate: trains a copy of what the plan would begin with at rates that rise step by step, and keeps
   * nothing of it (Smith, arXiv:1506.01186). It takes the trainer's place meanwhile; `run.busy` where that is taken.
   */
  'training.findRate': { request: rateSearchRequest.extend({ taskId }), response: rateSearch },
  /** Looks for a batch size: times steps of a copy with sizes that double as long as the memory is estimated to hold them. */
  'training.findBatchSize': { request: batchSearchRequest.extend({ taskId }), response: batchSearch },
  /** Which frozen block of a run would learn most if it were thawed next; nothing is changed. */
  'runs.nextBlock': { request: nextBlockRequest.extend({ taskId }), response: nextBlock },
  predict: {
    request: z.strictObject({
      runId: z.string().min(1),
      /** The best one where it is left out. */
      checkpoint: checkpointChoice.optional(),
      /** That of the run where it is left out; float16 becomes float32 where there is no GPU. */
      precision: z.enum(PRECISIONS).optional(),
      images: z.array(imageReference).min(1),
      top: z.int().min(1).max(1000),
    }),
    response: predictResult,
  },
  /** The same by the mean of what several runs think of each image. */
  'predictions.average': {
    request: togetherRequest.extend({
      precision: z.enum(PRECISIONS).optional(),
      images: z.array(imageReference).min(1),
      top: z.int().min(1).max(1000),
    }),
    response: predictResult.omit({ runId: true }).extend({ runIds: z.array(z.string()) }),
  },
  /** Predicts any number of images and writes them to a file; answers when it is written. */
  'predictions.write': { request: writePredictionsRequest, response: writtenPredictions },
  /** Takes the features of a folder's images and writes them to a file; answers when it is written. */
  'features.write': { request: featuresRequest.extend({ taskId }), response: featuresResult },
  /** What a layer makes of one image. */
  activations: {
    request: z.strictObject({
      source: activationsSource,
      image: imageReference,
      layer: z.string().min(1),
      /** Whether all values are wanted too, not only what they are like. */
      withValues: z.boolean(),
    }),
    response: activations,
  },
  /** The same, so many channels at a time and each of at most `size` places a side; what was computed is kept for a while. */
  'activations.maps': {
    request: z.strictObject({
      source: activationsSource,
      image: imageReference,
      layer: z.string().min(1),
      offset: z.int().min(0),
      limit: z.int().min(1).max(MOST_MAPS),
      size: z.int().min(1).max(LARGEST_MAP),
      taskId,
    }),
    response: layerMaps,
  },
  /**
   * Images as a run with this preprocessing, augmentation and seed would be shown them, so many times each; those that do not
   * decode are left out, as they are of training.
   */
  'augmentation.preview': {
    request: z.strictObject({
      network: z.string().min(1),
      preprocessing: trainingPlanRequest.shape.preprocessing,
      images: z.array(imageReference).min(1).max(MOST_PREVIEWED),
      augmentation: augmentationRequest.nullable(),
      seed: trainingPlan.shape.seed,
      count: z.int().min(1).max(MOST_PREVIEWS),
      taskId,
    }),
    response: augmentationPreview,
  },
  /** `warning`: what became of settings that could not be read, for people; until they are written again. */
  'settings.read': {
    request: z.strictObject({}),
    response: settings.extend({ warning: z.string().nullable() }),
  },
  /** Has all of the log checked, and tells its size and its backups; what is wrong with it is told, not thrown. */
  'log.check': { request: z.strictObject({}), response: logReport },
  'log.backup': { request: z.strictObject({}), response: logBackup },
  /** Writes the log anew without what was deleted from it; refused while a run is at work. */
  'log.vacuum': { request: z.strictObject({}), response: logVacuumed },
  /** Sets a damaged log aside and puts the newest sound backup, or another, in its place; refused for a sound log. */
  'log.recover': { request: z.strictObject({ backup: logReplacement.optional() }), response: logRecovered },
  'settings.write': { request: settingsChange, response: settings },
  /** Ends what was begun with this `taskId`; its request then fails with `task.cancelled`. */
  'task.cancel': { request: z.strictObject({ taskId: z.string().min(1) }), response: z.strictObject({}) },
  'cache.show': { request: z.strictObject({}), response: z.array(cacheSummary) },
  'cache.clear': {
    request: z.strictObject({ weights: z.boolean().optional() }),
    response: z.strictObject({ bytes: z.int() }),
  },
  /** A zip file for whoever is to help, without names of people, machines and places; and what is in it. */
  'system.support': {
    request: z.strictObject({}),
    response: z.strictObject({
      bytes: z.instanceof(Uint8Array),
      files: z.array(z.strictObject({ name: z.string(), bytes: z.int() })),
    }),
  },
  'system.doctor': { request: z.strictObject({}), response: doctorReport },
} as const;

export type EndpointName = keyof typeof endpoints;
export type Request<Name extends EndpointName> = z.infer<(typeof endpoints)[Name]['request']>;
export type Response<Name extends EndpointName> = z.infer<(typeof endpoints)[Name]['response']>;

/** What the engine tells unasked. */
export const events = { run: runEvent, task: taskEvent, dataset: datasetEvent, runs: runsEvent } as const;
export type EventName = keyof typeof events;
export type EventOf<Name extends EventName> = z.infer<(typeof events)[Name]>;

/** The engine as a host sees it, whatever carries the messages. */
export interface Transport {
  /** Rejects with a `ThawError`; requests and responses are checked against their schemas. */
  invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>>;
  /** @returns the function that ends the subscription */
  subscribe<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void;
}

/** The service's side of the contract: one function for each endpoint. */
export type Implementation = { readonly [Name in EndpointName]: (request: Request<Name>) => Promise<Response<Name>> };
