import {
  MODEL_FORMAT_TEXTS,
  type ExportedModel,
  type ModelFormat,
  type Quantisation,
} from '../../shared/contract/model-export.ts';
import { bytes, count } from './format.ts';
import { isolate } from './isolate.ts';

type SelfTest = ExportedModel['selfTest'];

/** What weights are written as. */
const precisions: Readonly<Record<Quantisation | 'float32', { readonly label: string; readonly about: string }>> = {
  float32: { label: 'Full', about: 'Weights of 32 bits, as they were trained.' },
  float16: { label: '16 bits', about: 'Half as large; probabilities differ little, as a rule by less than 0.001.' },
  uint8: { label: '8 bits', about: 'A quarter as large; probabilities differ by up to 0.01, or it is not exported.' },
};

/** Words of what writes a run's network for other programs. */
export const modelExport = {
  title: 'Export the model',
  hint: 'The best checkpoint as a folder for other programs, with classes, preprocessing, a sample program and a model card. It is tested before it is yours.',
  format: 'Format',
  formats: MODEL_FORMAT_TEXTS,
  formatOf: (format: ModelFormat, quantisation: Quantisation | null) =>
    quantisation === null
      ? MODEL_FORMAT_TEXTS[format].label
      : `${MODEL_FORMAT_TEXTS[format].label}, weights of ${precisions[quantisation].label}`,
  weights: 'Weights',
  precisions,
  precision: (quantisation: Quantisation | null, size: number) =>
    `${precisions[quantisation ?? 'float32'].label}, ${bytes(size)}`,
  about: (size: number) => `about ${bytes(size)}`,
  looking: 'Looking at what it can be written as…',
  name: 'Name of the folder',
  nameWrong: 'A name of a folder, without signs such as / \\ : and ?',
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
  copyPath: 'Copy the path',
  differenceOf: ({ selfTest: { difference, allowed }, predicts }: ExportedModel) =>
    difference === null
      ? predicts
        ? 'not measured here: python predict.py --check measures it where its runtime is'
        : 'not measured: no other program has the layers of this network'
      : `${difference.toExponential(1)} of a probability (allowed: ${allowed})`,
  testedWith: 'Test',
  testedBy: ({ runtime, references, drawn, difference }: SelfTest) =>
    difference === null
      ? runtime
      : `${runtime}, ${count(references)} images of the validation and ${count(drawn)} drawn ones`,
} as const;
