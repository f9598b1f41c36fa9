import { z } from 'zod';
import { branchRequest, continueRequest, repeatRequest, runBegun, startRequest } from './begin-run.ts';
import { checkpointChoice, storedCheckpoint } from './checkpoint.ts';
import { compareRequest, predictionsPage, predictionsRequest, runComparison } from './compare.ts';
import { runEvaluations } from './evaluation.ts';
import { ensemble, ensembleRequest } from './ensemble.ts';
import { tensorHistograms } from './histograms.ts';
import { layerGauge, layerSeries } from './layer-metrics.ts';
import { runFiles } from './run-files.ts';
import { emptiedTrash, runEdit, runIds } from './run-edit.ts';
import { runLines, runLinesRequest } from './run-lines.ts';
import { runRelatives } from './run-relatives.ts';
import { runDetail, runResult } from './run.ts';
import { exported, exportRequest, imported, importRequest, reportRequest } from './run-exchange.ts';
import { exportedModel, modelExportRequest, modelFormats } from './model-export.ts';
import { runGroupsRequest, runList, runListRequest } from './run-list.ts';
import { filterName, runColumn, runCompletion, runGroup, runQuery, savedFilter } from './run-query.ts';
import { cancelRequest, moveRequest, queueState, sweepAdded, sweepRequest } from './queue.ts';
import { metricSeries, SERIES_KEYS } from './series.ts';
import { runSnapshot } from './run-snapshot.ts';
import { SPLITS } from './splits.ts';
import { trainingPlan } from './plan.ts';
import { editStagesRequest } from './stage-requests.ts';

const runId = z.strictObject({ runId: z.string().min(1) });

/** What hosts ask of runs: to begin and to end them, to list and to show them, to change, queue, export and import them. */
export const runEndpoints = {
  /** Starts a run and answers once it is in the log; what follows comes as events. */
  'training.start': { request: startRequest, response: runBegun },
  /** Asks the run to stop after the step; answers once asked. */
  'training.stop': { request: runId, response: z.strictObject({}) },
  /** Holds the run after the step under way, its checkpoint written, until it is continued or stopped. */
  'training.pause': { request: runId, response: z.strictObject({}) },
  'training.continue': { request: runId, response: z.strictObject({}) },
  /** Changes the stages of a run that have not begun; what has begun stays as it is. */
  'training.editStages': { request: editStagesRequest, response: z.strictObject({ plan: trainingPlan }) },
  /** The run under way in this engine, if any. */
  'training.active': { request: z.strictObject({}), response: z.strictObject({ runId: z.string().nullable() }) },
  /** Answers when the run has ended, however it ended. */
  'training.wait': { request: runId, response: runResult },
  /** A page of the runs that fit. */
  'runs.list': { request: runListRequest, response: runList },
  /** The runs that fit, counted by what they are alike in: the largest groups first, those without a value last. */
  'runs.groups': { request: runGroupsRequest, response: z.array(runGroup) },
  /** What runs can be queried, sorted, grouped and shown by. */
  'runs.columns': { request: z.strictObject({}), response: z.array(runColumn) },
  /** What may be written where the cursor stands in a query, and what is wrong with it. */
  'runs.complete': {
    request: z.strictObject({ query: runQuery, cursor: z.int().min(0) }),
    response: runCompletion,
  },
  /** Queries that were saved under a name, by name; each answer has all of them. */
  'filters.list': { request: z.strictObject({}), response: z.array(savedFilter) },
  'filters.save': { request: z.strictObject({ name: filterName, query: runQuery }), response: z.array(savedFilter) },
  'filters.delete': { request: z.strictObject({ name: filterName }), response: z.array(savedFilter) },
  'runs.show': { request: runId, response: runDetail },
  /** The run that one comes from, and those that come from it. */
  'runs.relatives': { request: runId, response: runRelatives },
  /** Lines of a run's own log, from `from` on and at most `limit`. */
  'runs.lines': { request: runLinesRequest, response: runLines },
  /** What a run has on disk: in its folder, and what was exported from it. */
  'runs.files': { request: runId, response: runFiles },
  /** For a window that comes in the middle: subscribe first, then take events of a higher `sequence`. */
  'runs.attach': { request: runId, response: runSnapshot },
  /** Curves of at most `maxPoints` points each. */
  'runs.series': {
    request: z.strictObject({
      runId: z.string().min(1),
      by: z.enum(['step', 'epoch']),
      keys: z.array(z.enum(SERIES_KEYS)).min(1).max(10),
      maxPoints: z.int().min(2).max(20_000),
      from: z.number().optional(),
      to: z.number().optional(),
    }),
    response: z.array(metricSeries),
  },
  /** The newest figures of each layer with weights; empty for a run that does not look into its steps. */
  'runs.histograms': {
    request: runId.extend({ tensor: z.string().min(1).optional() }),
    response: z.array(tensorHistograms),
  },
  'runs.layers': { request: runId, response: z.array(layerGauge) },
  /** The curves of one layer, of at most `maxPoints` points each. */
  'runs.layerSeries': {
    request: z.strictObject({
      runId: z.string().min(1),
      layer: z.string().min(1),
      maxPoints: z.int().min(2).max(20_000),
    }),
    response: z.strictObject({ gradientNorm: layerSeries, drift: layerSeries }),
  },
  /** The checkpoints that a run has kept, the earliest step first. */
  'runs.checkpoints': { request: runId, response: z.array(storedCheckpoint) },
  /** Keeps a checkpoint though training goes on; a run under way may be asked too. */
  'runs.star': {
    request: z.strictObject({ runId: z.string().min(1), checkpoint: checkpointChoice }),
    response: storedCheckpoint,
  },
  /** Lets a starred checkpoint go, unless it is the last or best one too; answers with those that are kept now. */
  'runs.unstar': {
    request: z.strictObject({ runId: z.string().min(1), step: z.int().min(0) }),
    response: z.array(storedCheckpoint),
  },
  /** Changes what people make of runs: name, note, star, tags, archive; of all of them or of none. */
  'runs.edit': { request: runEdit, response: z.strictObject({}) },
  /** Marks runs as thrown away, which `runs.restore` takes back; refused for runs that are at work or wait. */
  'runs.trash': { request: runIds, response: z.strictObject({}) },
  'runs.restore': { request: runIds, response: z.strictObject({}) },
  /** How many runs are in the trash, and what they take of the disk. */
  'runs.weighTrash': { request: z.strictObject({}), response: z.strictObject({ runs: z.int(), bytes: z.int() }) },
  /** Deletes what is in the trash for good, rows and files; of it only `runIds` where they are given. */
  'runs.emptyTrash': { request: runIds.partial(), response: emptiedTrash },
  /** What a run's best checkpoint made of a split: of the validation where none is named. */
  'runs.evaluation': {
    request: z.strictObject({ runId: z.string().min(1), split: z.enum(SPLITS).optional() }),
    response: runEvaluations,
  },
  /** Runs side by side: what differs in their plans, what came out, what was frozen. */
  'runs.compare': { request: compareRequest, response: runComparison },
  /** What runs made of the same images, side by side. */
  'runs.predictions': { request: predictionsRequest, response: predictionsPage },
  /** How well runs do together, their probabilities averaged over the images that all of them were evaluated on. */
  'runs.ensemble': { request: ensembleRequest, response: ensemble },
  'runs.resume': { request: runId, response: z.strictObject({ runId: z.string() }) },
  /** Goes on where a run has ended for more epochs, as a run of its own whose history begins with that one's. */
  'runs.continue': { request: continueRequest, response: runBegun },
  /** Goes on from a run's checkpoint under another plan, with the optimizer's state where that is of the same kind. */
  'runs.branch': { request: branchRequest, response: runBegun },
  /** Does once more what a run did, with its plan, its seed and its edits of the dataset. */
  'runs.repeat': { request: repeatRequest, response: runBegun },
  /** Puts an interrupted run that is not to go on into the trash. */
  'runs.discard': { request: runId, response: z.strictObject({}) },
  /** What waits for the one trainer, in order. */
  'queue.list': { request: z.strictObject({}), response: queueState },
  /** Checks a plan and lets its run wait behind the others. */
  'queue.add': { request: startRequest, response: runBegun },
  /** Lets a run wait for each combination of listed values, all in one group. */
  'queue.sweep': { request: sweepRequest, response: sweepAdded },
  'queue.move': { request: moveRequest, response: queueState },
  /** Takes waiting runs out of the queue and of the log; those that do not wait any more are left alone. */
  'queue.cancel': { request: cancelRequest, response: z.strictObject({ cancelled: z.array(z.string()) }) },
  /** From now on this engine begins what waits, one run after the other, each when the trainer's place is free. */
  'queue.work': { request: z.strictObject({}), response: queueState },
  /** This engine begins nothing more of what waits; a run under way goes on. */
  'queue.hold': { request: z.strictObject({}), response: queueState },
  /** Answers once nothing waits and this engine has nothing under way, or once the queue is held here. */
  'queue.wait': { request: z.strictObject({}), response: queueState },
  /** Writes runs in a format that others read. */
  'runs.export': { request: exportRequest, response: exported },
  /** What the network of a run can be written as for other programs. */
  'runs.modelFormats': { request: runId, response: modelFormats },
  /** Writes what a run has learnt as a model for other programs, tested in one of them where that runs here. */
  'runs.exportModel': { request: modelExportRequest, response: exportedModel },
  /** Writes one HTML file that shows a run, or several side by side, and opens anywhere. */
  'runs.report': { request: reportRequest, response: exported },
  /** Takes runs in that were written elsewhere: all of what is in a file, or nothing. */
  'runs.import': { request: importRequest, response: imported },
} as const;
