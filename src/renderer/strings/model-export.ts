import { MODEL_FORMAT_TEXTS, type ExportedModel } from '../../shared/contract/model-export.ts';
import { bytes, count } from './format.ts';
import { isolate } from './isolate.ts';

type SelfTest = ExportedModel['selfTest'];

/** Words of what writes a run's network for other programs. */
export const modelExport = {
  title: 'Export the model',
  hint: 'The best checkpoint as a folder for other programs, with classes, preprocessing, a sample in Python and a model card. It is tested before it is yours.',
  format: 'Format',
  formats: MODEL_FORMAT_TEXTS,
  looking: 'Looking at what it can be written as…',
  name: 'Name of the folder',
  nameWrong: 'A name without / and \\',
  start: 'Export',
  startInto: 'Export into a folder…',
  cancel: 'Cancel',
  close: 'Close',
  another: 'Export another',
  stop: 'Stop',
  writing: 'Exporting the model',
  fetching: 'Saving the file',
  starting: 'Starting…',
  fetched: (done: number, total: number) => `${bytes(done)} of ${bytes(total)}`,
  tested: ({ difference }: SelfTest) => (difference === null ? 'Exported and read back' : 'Exported and tested'),
  file: 'File',
  folder: 'Folder',
  fileName: (name: string) => isolate(name),
  size: 'Size',
  sizeOf: (total: number, files: number) => `${bytes(total)} in ${count(files)} files`,
  difference: 'Largest difference',
  differenceOf: ({ difference, allowed }: SelfTest) =>
    difference === null
      ? 'python predict.py --check measures it where PyTorch is'
      : `${difference.toExponential(1)} of a probability (allowed: ${allowed})`,
  testedWith: 'Test',
  testedBy: ({ runtime, references, drawn, difference }: SelfTest) =>
    difference === null
      ? runtime
      : `${runtime}, ${count(references)} images of the validation and ${count(drawn)} drawn ones`,
} as const;
