import { count } from './format.ts';
import type { LineLevel } from '../../shared/contract/run-lines.ts';
import type { RunFileKind } from '../../shared/contract/run-files.ts';
import type { ParentRelation } from '../../shared/contract/begin-run.ts';

const plural = (amount: number, one: string): string => `${count(amount)} ${one}${amount === 1 ? '' : 's'}`;

const levels: Readonly<Record<LineLevel, string>> = {
  information: 'Information',
  warning: 'Warnings',
  error: 'Errors',
  trainer: 'Trainer',
};

const level: Readonly<Record<LineLevel, string>> = {
  information: 'information',
  warning: 'warning',
  error: 'error',
  trainer: 'trainer',
};

const kinds: Readonly<Record<RunFileKind, string>> = {
  checkpoint: 'Weights and optimizer state',
  firstWeights: 'First weights, for the drift',
  checkpointIndex: 'Which is the last and which the best',
  model: 'Network, classes, preprocessing',
  program: "TensorFlow's program of the run",
  edits: 'What was decided of images',
  evaluation: 'Predictions of an evaluation',
  unfinished: 'Unfinished: in use, or left behind',
  other: 'Not of Thaw',
};

/** How this run comes from its parent; the parent's name follows. */
const fromParent: Readonly<Record<ParentRelation, string>> = {
  weights: 'Began with the weights of',
  continued: 'Continued from',
  branched: 'Branched from',
  repeated: 'Runs again',
  imported: 'A copy of',
};

/** How a child comes from this run. */
const ofChild: Readonly<Record<ParentRelation, string>> = {
  weights: 'began with its weights',
  continued: 'continued from it',
  branched: 'branched from it',
  repeated: 'ran it again',
  imported: 'a copy of it',
};

/** Words of the page of one run. */
export const runPage = {
  back: 'All runs',
  notFound: 'This run cannot be shown',
  loading: 'Reading the run…',
  copy: 'Copy as text',
  copyJson: 'Copy as JSON',
  tabs: {
    label: 'Parts of the run',
    overview: 'Overview',
    layers: 'Layers',
    evaluation: 'Evaluation',
    plan: 'Plan',
    files: 'Files',
    log: 'Log',
    warnings: (warnings: number) => plural(warnings, 'warning'),
  },
  warnings: 'Warnings',
  result: 'Result',
  plan: 'Plan',
  environment: 'Made with',
  weights: 'Weights that were loaded',
  layers: {
    title: 'Layers',
    hint: 'As they were in this run, by block; opened, each layer with the proof of its tensors and how far it has gone.',
    none: 'The layers are known once the run has been prepared.',
    gradient: 'Gradient',
    drift: 'Drift',
    driftUpTo: (drift: string) => `drift up to ${drift}`,
    openAll: 'Open all',
    closeAll: 'Close all',
  },
  skipped: 'Images that were left out',
  skippedHint: 'They could not be used; the run went on without them.',
  path: 'Image',
  reason: 'Reason',
  useWeights: 'Train on from its weights',
  weightsOf: (name: string) => `best weights of ${name}`,
  weightsTaken: (name: string) => `The plan now begins with the best weights of ${name}.`,
  predict: 'Predict with it',
  predictHint: 'Opens the Predict view with the best weights of this run.',
  noWeights: 'There are no weights of it: it has no epoch yet, or another program trained it.',
  relatives: {
    title: 'Related runs',
    none: 'It comes from no other run, and none comes from it.',
    fromParent,
    ofChild,
    atStep: (step: number) => `at step ${count(step)}`,
    more: (more: number) => `and ${plural(more, 'more run')}, all in the list of runs`,
    group: (name: string) => `One of the runs of ${name}`,
  },
  files: {
    title: "The run's folder",
    show: 'Show the folder',
    copyPath: 'Copy the path',
    gone: 'The folder is no longer there.',
    goneHint:
      'Somebody has deleted it: checkpoints and predictions are gone with it. Plan, curves, layers and proof are kept in the log.',
    empty: 'The folder is empty.',
    cut: 'There is more in the folder than is shown.',
    what: 'What it is',
    path: 'Path',
    size: 'Size',
    written: 'Written',
    kinds,
    several: (files: number) => plural(files, 'file'),
    total: (size: string) => `${size} in all`,
    exports: 'Exports',
    noExports: 'Nothing was exported from this run yet.',
    exportGone: 'no longer there',
    exportFetched: 'saved from the window',
  },
  log: {
    title: 'Log',
    level: 'Level',
    all: 'All',
    levels,
    ofLevel: level,
    none: 'Nothing was logged: nothing out of the ordinary happened.',
    noneOfLevel: 'No line of this level.',
    more: 'Show more',
    lines: 'Log lines',
    time: 'Time',
    text: 'What happened',
    shown: (shown: number, all: number) =>
      shown === all ? plural(all, 'line') : `${count(shown)} of ${plural(all, 'line')}`,
  },
} as const;
