import { count } from './format.ts';
import { isolate } from './isolate.ts';

/** Words of what brings runs out and in. */
export const runExchange = {
  menu: 'Export',
  model: 'Export the model…',
  thaw: 'Thaw file (.thaw), with its checkpoints',
  report: 'Report (HTML)',
  tensorboard: 'TensorBoard event file',
  csv: 'Table of runs (CSV)',
  metrics: 'All metrics (CSV)',
  json: 'Runs and metrics (JSON)',
  tooMany: (most: number) => `A report compares at most ${most} runs.`,
  one: 'It holds one run.',
  hint: 'The file is saved where this browser or system puts what is saved.',
  writing: 'Writing…',
  saved: (name: string) => `Exported ${isolate(name)}`,
  cancel: 'Cancel',
  cancelImport: 'Cancel the import',
  import: 'Import…',
  importHint: 'A .thaw file from another machine, or an event file of TensorBoard',
  importing: (name: string) => `Importing ${isolate(name)}`,
  imported: (runs: number, name: string) =>
    runs === 1 ? `Imported the run ${isolate(name)}` : `Imported ${count(runs)} runs`,
  known: (name: string) => `The run ${isolate(name)} is here already`,
  knownHint: 'Nothing was changed.',
  renamed: (formerId: string) => `Another run here has the id ${formerId}, so it has got one of its own.`,
  show: 'Show it',
} as const;
