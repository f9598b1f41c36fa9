import type { DatasetStructure } from '../../shared/contract/dataset-structure.ts';
import { bytes } from './format.ts';
import { isolate } from './isolate.ts';
import { structure } from './structure.ts';

const { kinds } = structure;

/** Words of plans as files. */
export const planFile = {
  open: 'Open a plan file…',
  save: 'Save as a plan file',
  saveRun: 'Save as a plan file',
  weightsOf: (name: string) => `Those of ${isolate(name)}`,
  again: 'Train again with changes',
  againTold: (name: string) => `The plan of ${isolate(name)} is in the form: change it, then train.`,
  name: 'plan',
  weights: 'Of the plan file',
  failed: (name: string) => `${isolate(name)} cannot be opened as a plan`,
  dismiss: 'Dismiss',
  tooLarge: (most: number, found: number) => `A plan file has at most ${bytes(most)}; received ${bytes(found)}.`,
  tooLargeHint: 'Choose a YAML or JSON file that holds a plan.',
  opened: (name: string | null) => (name === null ? 'The plan is open' : `The plan of ${isolate(name)} is open`),
  asks: {
    dataset: (path: string) => `It is of the dataset ${isolate(path)}: open that to train on it.`,
    weights: (path: string) => `It begins with ${isolate(path)}: choose that file at Weights.`,
  },
  structure: (kind: DatasetStructure['kind']) => `It is laid out as “${kinds[kind].title}”.`,
  mapping: (rules: readonly string[]) =>
    `The names in it are then read by the rules of the plan: ${rules.map(isolate).join(', ')}.`,
  earlier: (name: string) =>
    `It takes over from the run ${isolate(name)} of the file: train that first, then choose it here.`,
  branches: (runId: string) => `It branches off run ${runId}: branch there to take its optimizer over as well.`,
  several: {
    title: (name: string) => `${isolate(name)} has several runs`,
    hint: 'Choose the one to open; they are trained one after the other by thaw train --plan.',
    nameless: (place: number) => `Run ${place}`,
    cancel: 'Cancel',
    open: 'Open',
  },
} as const;
