import { count } from './format.ts';

/** Words for going on from a run. */
export const continueRun = {
  menu: 'Continue',
  resume: 'Resume',
  more: 'Continue for more epochs…',
  branch: 'Branch from a checkpoint…',
  repeat: 'Run again with the same seed',
  discard: 'Discard',
  discardRun: (name: string) => `Discard ${name}`,
  discarded: (name: string) => `${name} is in the trash.`,
  undo: 'Undo',
  waits: 'A run is under way: it waits in the queue.',
  epochs: {
    title: 'Continue for more epochs',
    hint: 'A run of its own goes on from the last checkpoint, optimizer state included; its curves begin with those of this one.',
    label: 'More epochs',
    wrong: 'A whole number from 1 to 100,000.',
    start: 'Continue',
    startQueued: 'Add to queue',
    cancel: 'Cancel',
  },
  checkpoint: {
    title: 'Branch from a checkpoint',
    hint: 'Opens the Train view with the plan and the freeze mask of this run, to be changed before it begins. It goes on with the weights of the checkpoint, and with its optimizer state where the optimizer stays the same.',
    choose: 'Checkpoint',
    option: (step: number, epoch: number) => `step ${count(step)}, after epoch ${count(epoch)}`,
    none: 'This run has kept no checkpoint.',
    start: 'Open in Train',
    cancel: 'Cancel',
  },
  parent: {
    label: 'Where the run comes from',
    told: (name: string, step: number) => `Branches from ${name} at step ${count(step)}`,
    drop: 'Do not branch: plan a run of its own',
    weights: (name: string, step: number) => `${name}, step ${count(step)}`,
  },
  datasetGone: 'The dataset of that run could not be opened: the plan is for the one that is open.',
} as const;
