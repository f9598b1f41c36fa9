import type { Implementation, Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import { readHistograms } from '../experiment/histograms.ts';
import { compareRuns } from '../experiment/compare/compare-runs.ts';
import { NO_EVALUATION, readEvaluation } from '../experiment/evaluations.ts';
import { completeQuery } from '../experiment/query/complete.ts';
import { groupRuns } from '../experiment/run-groups.ts';
import { listColumns, listRuns } from '../experiment/run-list.ts';
import { deleteFilter, listFilters, saveFilter } from '../experiment/saved-filters.ts';
import { readRun } from '../experiment/run-reader.ts';
import { NO_LINES, readLines } from '../experiment/lines-reader.ts';
import { NO_RELATIVES, readRelatives } from '../experiment/relatives-reader.ts';
import { emptyCurve, readSeries } from '../experiment/series-reader.ts';
import { activationsOf } from './activations.ts';
import { attachRun } from './attach-run.ts';
import { browseFiles } from './browse-files.ts';
import { changeSettings, clearCaches, showCaches } from './caches.ts';
import { checkNetwork } from './check-network.ts';
import { checkWeights } from './check-weights.ts';
import { averageRuns } from './average-runs.ts';
import { predictTogether } from './predict-together.ts';
import { comparePredictions } from './compare-predictions.ts';
import { correctLabels } from './correct-labels.ts';
import { ServiceContext, type ServiceOptions } from './context.ts';
import { evaluateRun } from './evaluate-run.ts';
import { evaluationImages } from './evaluation-images.ts';
import { evaluationCurves, listEvaluations, reportEvaluation } from './evaluation-report.ts';
import { embedDataset } from './dataset-embedding.ts';
import { listImages, openDatasetView } from './dataset-view.ts';
import { editStages } from './edit-stages.ts';
import { editDataset, listEdits, retraceEdit } from './edit-dataset.ts';
import { inspectDataset } from './inspect-dataset.ts';
import { discardRun } from './discard-run.ts';
import { examine } from './doctor.ts';
import { noteFailure } from './note-failure.ts';
import { inProcessTransport } from './in-process.ts';
import { inspectLayer } from './inspect-layer.ts';
import { inspectOneImage } from './inspect-one-image.ts';
import { layerMapsOf } from './layer-maps.ts';
import { findLabelMistakes } from './label-mistakes.ts';
import { listNetworks } from './list-networks.ts';
import { explainFilters } from './explain-filters.ts';
import { explainNearest } from './explain-nearest.ts';
import { explainOcclusion } from './explain-occlusion.ts';
import { explainHeatMap, explainLayers } from './explain.ts';
import { exportRunModel, runModelFormats } from './export-model.ts';
import { exportRuns } from './export-runs.ts';
import { findNextBlock } from './find-next-block.ts';
import { importRuns } from './import-runs.ts';
import { inspectWeights } from './inspect-weights.ts';
import { backUpLog, checkLog, recoverLog, vacuumLog } from './log-care.ts';
import { mapWeights } from './map-weights.ts';
import { mendDataset } from './mend-dataset.ts';
import { continueTraining, pauseTraining } from './pause-training.ts';
import { openNetwork } from './open-model.ts';
import { listOpened } from './opened-models.ts';
import { readGroupResults } from '../experiment/group-results.ts';
import { planFileSchema } from '../plan-file/plan-schema.ts';
import { parsePlans, writePlan } from './plan-files.ts';
import { queueStrategies, strategyPlans } from './strategies.ts';
import { predict } from './predict.ts';
import { previewAugmentation } from './preview-augmentation.ts';
import { previewPlan } from './preview-plan.ts';
import { getPublishedWeights, listPublishedWeights } from './published-weights.ts';
import { acceptStructure, outlineGroups, outlineStructure } from './outline-structure.ts';
import { addToQueue, cancelQueued, holdQueue, moveInQueue, showQueue, sweep, workQueue } from './queue.ts';
import { listRecent } from './recent-datasets.ts';
import { changeRuns, deleteTrash, takeBack, throwAway, weighTrash } from './organise-runs.ts';
import { reportRuns } from './report-runs.ts';
import { resumeRun } from './resume-run.ts';
import { servedModel, type ServedModel } from './served-model.ts';
import { searchBatchSize, searchRate } from './search-plan.ts';
import { readLayerSeries, showLayers } from './run-layers.ts';
import { showCheckpoints, star, unstar } from './run-checkpoints.ts';
import { showFiles } from './run-files.ts';
import { showNetwork } from './show-network.ts';
import { branchRun, continueRun, repeatRun, startTraining } from './start-training.ts';
import { stagesOfPreset } from './stage-presets.ts';
import { stopTraining } from './stop-training.ts';
import { bundleSupport } from './support-bundle.ts';
import { waitTraining } from './wait-training.ts';
import { writePredictions } from './write-predictions.ts';
import { writeFeatures } from './write-features.ts';

function implement(context: ServiceContext): Implementation {
  return {
    'networks.list': async () => Promise.resolve(listNetworks()),
    'networks.show': async (request) => Promise.resolve(showNetwork(request)),
    'networks.open': async (request) => openNetwork(context, request),
    'networks.opened': async () => listOpened(context),
    'networks.check': async (request) => checkNetwork(context, request),
    'weights.list': async (request) => Promise.resolve([...listPublishedWeights(context, request)]),
    'weights.inspect': async (request) => inspectWeights(context, request),
    'weights.map': async (request) => mapWeights(context, request),
    'weights.check': async (request) => checkWeights(context, request),
    'weights.get': async (request) => getPublishedWeights(context, request),
    'dataset.open': async (request) => openDatasetView(context, request),
    'dataset.inspect': async (request) => inspectDataset(context, request),
    'dataset.images': async (request) => {
      context.measuring.giveWay();
      return listImages(context, request);
    },
    'dataset.structure': async (request) => outlineStructure(context, request),
    'dataset.accept': async (request) => acceptStructure(context, request),
    'dataset.groups': async (request) => outlineGroups(context, request),
    'dataset.edit': async (request) => editDataset(context, request),
    'dataset.undo': async (request) => retraceEdit(context, request, 'undo'),
    'dataset.redo': async (request) => retraceEdit(context, request, 'redo'),
    'dataset.mend': async (request) => mendDataset(context, request),
    'dataset.edits': async (request) => listEdits(context, request),
    'dataset.embedding': async (request) => embedDataset(context, request),
    'dataset.recent': async () => listRecent(context),
    'image.bytes': async ({ imageId, size }) => {
      context.measuring.giveWay();
      return context.images.thumbnail(imageId, size);
    },
    'image.inspect': async (request) => inspectOneImage(context, request),
    'files.browse': async (request) => browseFiles(context, request),
    'files.read': async (request) => context.fetched.read(request),
    'files.upload': async (request) => context.uploads.take(request),
    'task.cancel': async ({ taskId }) => {
      context.tasks.cancel(taskId);
      return Promise.resolve({});
    },
    'plan.preview': async (request) => previewPlan(context, request),
    'plans.stagePreset': async (request) => Promise.resolve(stagesOfPreset(request)),
    'layer.inspect': async (request) => inspectLayer(context, request),
    'training.start': async (request) => startTraining(context, request),
    'training.stop': async (request) => Promise.resolve(stopTraining(context, request)),
    'training.pause': async (request) => Promise.resolve(pauseTraining(context, request)),
    'training.continue': async (request) => Promise.resolve(continueTraining(context, request)),
    'training.editStages': async (request) => editStages(context, request),
    'training.active': async () => Promise.resolve({ runId: context.activeRun }),
    'training.wait': async (request) => waitTraining(context, request),
    'training.findRate': async (request) => searchRate(context, request),
    'training.findBatchSize': async (request) => searchBatchSize(context, request),
    'runs.nextBlock': async (request) => findNextBlock(context, request),
    'runs.list': async (request) => listRuns(context.log, request),
    'runs.groups': async (request) => Promise.resolve(groupRuns(context.log, request)),
    'runs.columns': async () => Promise.resolve(listColumns(context.log)),
    'runs.complete': async ({ query, cursor }) => Promise.resolve(completeQuery(context.log, query, cursor)),
    'filters.list': async () => Promise.resolve(listFilters(context.log)),
    'filters.save': async (filter) => Promise.resolve(saveFilter(context.log, filter)),
    'filters.delete': async ({ name }) => Promise.resolve(deleteFilter(context.log, name)),
    'runs.show': async ({ runId }) => Promise.resolve(context.refused.get(runId) ?? readRun(context.log, runId)),
    'runs.relatives': async ({ runId }) =>
      Promise.resolve(context.refused.get(runId) ? NO_RELATIVES : readRelatives(context.log, runId)),
    'runs.lines': async (request) =>
      Promise.resolve(context.refused.get(request.runId) ? NO_LINES : readLines(context.log, request)),
    'runs.files': async (request) => showFiles(context, request),
    'runs.attach': async (request) => Promise.resolve(attachRun(context, request)),
    'runs.series': async ({ runId, ...query }) =>
      context.refused.get(runId) ? query.keys.map((key) => emptyCurve(key)) : readSeries(context.log, runId, query),
    'runs.histograms': async ({ runId, tensor = null }) =>
      Promise.resolve(context.refused.get(runId) ? [] : readHistograms(context.log, runId, tensor)),
    'runs.layers': async (request) =>
      Promise.resolve(context.refused.get(request.runId) ? [] : showLayers(context, request)),
    'runs.layerSeries': async (request) => readLayerSeries(context, request),
    'runs.checkpoints': async (request) =>
      context.refused.get(request.runId) ? [] : showCheckpoints(context, request),
    'runs.star': async (request) => star(context, request),
    'runs.unstar': async (request) => unstar(context, request),
    'runs.edit': async (request) => Promise.resolve(changeRuns(context, request)),
    'runs.trash': async (request) => Promise.resolve(throwAway(context, request)),
    'runs.restore': async (request) => Promise.resolve(takeBack(context, request)),
    'runs.weighTrash': async () => weighTrash(context),
    'runs.emptyTrash': async (request) => deleteTrash(context, request),
    'runs.evaluation': async ({ runId, split }) =>
      Promise.resolve(
        context.refused.get(runId) ? NO_EVALUATION : readEvaluation(context.log, runId, split ?? 'validation'),
      ),
    'runs.compare': async ({ runIds }) => Promise.resolve(compareRuns(context.log, runIds)),
    'runs.predictions': async (request) => comparePredictions(context, request),
    'predictions.average': async (request) => predictTogether(context, request),
    'runs.ensemble': async (request) => averageRuns(context, request),
    'runs.resume': async (request) => resumeRun(context, request),
    'runs.continue': async (request) => continueRun(context, request),
    'runs.branch': async (request) => branchRun(context, request),
    'runs.repeat': async (request) => repeatRun(context, request),
    'runs.discard': async (request) => Promise.resolve(discardRun(context, request)),
    'plans.parse': async (request) => Promise.resolve(parsePlans(request)),
    'plans.write': async (request) => Promise.resolve(writePlan(context, request)),
    'plans.schema': async () => Promise.resolve(planFileSchema()),
    'plans.strategies': async (request) => Promise.resolve(strategyPlans(context, request)),
    'queue.strategies': async (request) => queueStrategies(context, request),
    'runs.groupResults': async ({ group }) => Promise.resolve(readGroupResults(context.log, group)),
    'queue.list': async () => Promise.resolve(showQueue(context)),
    'queue.add': async (request) => addToQueue(context, request),
    'queue.sweep': async (request) => sweep(context, request),
    'queue.move': async (request) => Promise.resolve(moveInQueue(context, request)),
    'queue.cancel': async (request) => Promise.resolve(cancelQueued(context, request)),
    'queue.work': async () => Promise.resolve(workQueue(context)),
    'queue.hold': async () => Promise.resolve(holdQueue(context)),
    'queue.wait': async () => context.queue.drained().then(() => showQueue(context)),
    'runs.export': async (request) => exportRuns(context, request),
    'predictions.write': async (request) => writePredictions(context, request),
    'runs.modelFormats': async (request) => runModelFormats(context, request),
    'runs.exportModel': async (request) => exportRunModel(context, request),
    'runs.report': async (request) => reportRuns(context, request),
    'runs.import': async (request) => importRuns(context, request),
    'evaluations.run': async (request) => evaluateRun(context, request),
    'evaluations.list': async (request) => listEvaluations(context, request),
    'evaluations.report': async (request) => reportEvaluation(context, request),
    'evaluations.curves': async (request) => evaluationCurves(context, request),
    'evaluations.images': async (request) => evaluationImages(context, request),
    'explain.heatMap': async (request) => explainHeatMap(context, request),
    'explain.layers': async (request) => explainLayers(context, request),
    'explain.occlusion': async (request) => explainOcclusion(context, request),
    'explain.nearest': async (request) => explainNearest(context, request),
    'explain.filters': async (request) => explainFilters(context, request),
    'dataset.labelMistakes': async (request) => findLabelMistakes(context, request),
    'predictions.correct': async (request) => correctLabels(context, request),
    predict: async (request) => predict(context, request),
    'features.write': async (request) => writeFeatures(context, request),
    activations: async (request) => activationsOf(context, request),
    'activations.maps': async (request) => layerMapsOf(context, request),
    'augmentation.preview': async (request) => previewAugmentation(context, request),
    'settings.read': async () => {
      const { settings, warning } = context.settings.read();
      return Promise.resolve({ ...settings, warning });
    },
    'log.check': async () => checkLog(context),
    'log.backup': async () => backUpLog(context),
    'log.vacuum': async () => vacuumLog(context),
    'log.recover': async (request) => Promise.resolve(recoverLog(context, request)),
    'settings.write': async (change) => changeSettings(context, change),
    'cache.show': async () => showCaches(context),
    'cache.clear': async (request) => clearCaches(context, request),
    'system.support': async () => bundleSupport(context),
    'system.doctor': async () => examine(context),
  };
}

export interface Service {
  readonly transport: Transport;
  /**
   * For a host whose person chose or dropped a file: lets windows name it. Not part of the contract, as no window may ask.
   *
   * @throws ThawError `file.notGranted` where nothing can be read there
   */
  readonly grant: (path: string) => Promise<FileEntry>;
  /** For a host that serves one checkpoint's predictions: what it is. @throws ThawError as `predict` */
  readonly servedModel: (asked: Parameters<typeof servedModel>[1]) => Promise<ServedModel>;
  /** Stops what runs, keeping its checkpoints, and closes the log. */
  readonly close: () => Promise<void>;
}

/** The engine for a host in the same process. Nothing is opened before it is asked for. */
export function createService(options: ServiceOptions): Service {
  const context = new ServiceContext(options);
  return {
    transport: inProcessTransport(implement(context), context.events, (name, error) =>
      noteFailure(context.home, name, error),
    ),
    grant: (path) => context.grants.grant(path),
    servedModel: (asked) => servedModel(context, asked),
    close: () => context.close(),
  };
}
