import type { ErrorCode } from '../../shared/errors/thaw-error.ts';

/** What went wrong in two or three words, by code; the engine's message and hint say the rest. */
export const errorTitles: Readonly<Record<ErrorCode, string>> = {
  'usage.invalid': 'That cannot be done',
  'usage.noMatch': 'Nothing of that name',
  'dataset.missing': 'The dataset is not there',
  'dataset.empty': 'The dataset has no images',
  'dataset.classes': 'The dataset needs classes',
  'dataset.images': 'Some images cannot be used',
  'image.unreadable': 'The image cannot be read',
  'network.unknown': 'Unknown network',
  'network.invalid': 'The network is not sound',
  'weights.missing': 'The weights are not there',
  'weights.unreadable': 'The weights cannot be read',
  'weights.mismatch': 'The weights are of another network',
  'graph.invalid': 'The program cannot be built',
  'runtime.missing': 'TensorFlow is missing',
  'runtime.failed': 'TensorFlow failed',
  'training.diverged': 'Training diverged',
  'training.checkpoint': 'A checkpoint is damaged',
  'training.process': 'The trainer has ended',
  'log.unreadable': 'The log cannot be read',
  'log.newer': 'The log is of a newer Thaw',
  'run.unknown': 'No such run',
  'run.state': 'The run is not in that state',
  'run.busy': 'A run is under way',
  'disk.readOnly': 'The disk cannot be written',
  'disk.full': 'The disk is full',
  'memory.full': 'The memory is too small',
  'set-up.failed': 'The set-up failed',
  'task.cancelled': 'Cancelled',
  'file.notGranted': 'The file was not given to Thaw',
  'file.tooLarge': 'The file is too large',
  'engine.lost': 'The engine has ended',
  unexpected: 'A defect of Thaw',
};

export const errors = {
  titles: errorTitles,
  defect: 'A defect of Thaw',
  defectHint: 'Nothing was lost. Copy the details and report them.',
  actions: {
    openDataset: 'Choose a dataset',
    chooseNetwork: 'Choose a network',
    showRuns: 'Show runs',
    reload: 'Reload',
  },
} as const;
