import { bytes, count } from './format.ts';
import { isolate } from './isolate.ts';

/** Words of the Predict view. */
export const predict = {
  title: 'Predict',
  run: 'Run',
  runLabel: (name: string, accuracy: string | null) => (accuracy === null ? name : `${name} · ${accuracy}`),
  runFacts: (dataset: string, accuracy: string | null) =>
    accuracy === null
      ? `Trained on ${isolate(dataset)}`
      : `Trained on ${isolate(dataset)} · ${accuracy} validation accuracy`,
  top: 'Classes shown',
  add: 'Choose images…',
  addFolder: 'Choose a folder…',
  clear: 'Clear',
  empty: {
    title: 'Drop images here',
    lead: 'They may come from a folder, from the clipboard or one by one. The chosen run says what it sees in them.',
  },
  noRun: {
    title: 'No trained run yet',
    lead: 'Predicting uses the best checkpoint of a finished run. The sample trains in a few seconds.',
    train: 'Go to Train',
  },
  loadingRuns: 'Looking for runs…',
  runsFailed: 'The list of runs could not be read',
  retry: 'Try again',
  results: 'Predictions',
  progress: (done: number, total: number) => `Predicting ${count(done)} of ${count(total)} images`,
  starting: 'Starting the predictor…',
  left: (time: string) => `${time} left`,
  stop: 'Stop',
  goOn: 'Predict the rest',
  summary: (total: number) => (total === 1 ? '1 image' : `${count(total)} images`),
  unreadable: (total: number) => (total === 1 ? '1 could not be read' : `${count(total)} could not be read`),
  waiting: 'waiting',
  failed: 'Predicting failed',
  tooMany: (taken: number, left: number) =>
    `${count(taken)} images are shown, at least ${count(left)} more are not: Save as CSV writes the predictions of all of them.`,
  noImages: (name: string) => `${isolate(name)} holds no images`,
  noImagesHint: 'Choose a folder with JPEG, PNG, WebP, GIF, TIFF or AVIF files.',
  percent: (share: number) => `${(share * 100).toFixed(1)} %`,
  copy: 'Copy as CSV',
  copied: 'Copied',
  save: 'Save as CSV',
  saveHint: 'A row for each image of what was dropped or chosen, those of whole folders too',
  cancelSaving: 'Cancel',
  saving: 'Writing the predictions',
  fetching: 'Saving the file',
  written: (done: number, total: number) => (total === 0 ? 'Starting…' : `${count(done)} of ${count(total)} images`),
  fetched: (done: number, total: number) => `${bytes(done)} of ${bytes(total)}`,
  saved: (images: number, name: string) =>
    `Saved the predictions of ${images === 1 ? '1 image' : `${count(images)} images`} as ${isolate(name)}`,
  item: (name: string, best: string, share: string) => `${name}: ${best}, ${share}`,
} as const;
