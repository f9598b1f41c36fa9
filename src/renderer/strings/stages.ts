import type { TrainingStage } from '../../shared/contract/plan.ts';
import type { StageEnding } from '../../shared/contract/run.ts';
import type { StagePreset } from '../../shared/contract/stage-requests.ts';
import type { WhatTrains } from '../state/what-trains.ts';
import { count, metric, percent } from './format.ts';

const plural = (amount: number, one: string, many: string): string => `${count(amount)} ${amount === 1 ? one : many}`;

const presets: Readonly<Record<StagePreset, string>> = {
  headLastAll: 'Head, then last blocks, then all',
  gradualUnfreezing: 'Gradual unfreezing',
};

const begins: Readonly<Record<TrainingStage['begins'], string>> = {
  best: 'The best weights so far',
  last: 'The last weights before it',
};

const endings: Readonly<Record<StageEnding, string>> = {
  finished: 'ran to its last epoch',
  stoppedEarly: 'stopped early',
  stopped: 'stopped by hand',
};

/** Words of a plan's and a run's stages. */
export const stages = {
  title: 'Stages',
  open: 'Train in stages',
  more: 'Presets',
  does: (place: number) => `What stage ${place} does`,
  presets,
  add: 'Add a stage',
  dissolve: 'Make it one piece',
  list: 'Stages of the plan',
  keys: 'Alt+Up and Alt+Down move a stage, Delete removes it.',
  name: (place: number) => `Stage ${place}`,
  nameLabel: 'Name',
  begins: 'Begins with',
  beginsOptions: begins,
  up: (name: string) => `Move ${name} up`,
  down: (name: string) => `Move ${name} down`,
  remove: (name: string) => `Remove ${name}`,
  moved: (name: string, place: number, of: number) => `${name} is now stage ${place} of ${of}.`,
  removed: (name: string) => `${name} is removed.`,
  undo: 'Undo',
  rate: (rate: string) => `rate ${rate}`,
  epochs: (epochs: string) => (epochs === '1' ? '1 epoch' : `${epochs} epochs`),
  ends: (patience: string) => `stops after ${patience} no better`,
  fromLast: 'from the last weights',
  trains: {
    unknown: 'Asking what trains…',
    wrong: 'Not as it stands',
    nothing: 'Nothing trains',
    all: 'Everything trains',
    only: (block: string) => `Only ${block} trains`,
    from: (block: string, others: number) => `From ${block} up: ${plural(others, 'block', 'blocks')}`,
    some: (trainable: number, blocks: number) => `${count(trainable)} of ${plural(blocks, 'block', 'blocks')} train`,
  },
  states: { done: 'done', present: 'under way', coming: 'to come' },
  running: (name: string, place: number, of: number) => `Stage ${place} of ${of} trains: ${name}.`,
  edit: 'Edit the stages to come',
  editing: (name: string) => `Stages of ${name}, which trains. Those that have begun stay as they are.`,
  apply: 'Give them to the run',
  applying: 'Giving them…',
  leave: 'Leave them as they were',
  ended: 'The run has ended: its stages can no longer be changed.',
  locked: 'This stage has begun: it stays as it is.',
  card: {
    title: 'Stages',
    hint: 'Each with its own freeze mask; the best weights are kept across all of them.',
    columns: { best: 'Best', epochs: 'Epochs', rate: 'Rate', parameters: 'Trainable', frozen: 'Frozen' },
    epochs: (first: number, last: number | null, planned: number) => {
      if (last === null) return `from ${first}, at most ${count(planned)}`;
      const done = first === last ? count(first) : `${count(first)}–${count(last)}`;
      return last - first + 1 === planned ? done : `${done}, of ${count(planned)}`;
    },
    best: (accuracy: number, epoch: number) => `${percent(accuracy)}, epoch ${epoch}`,
    bestLoss: (loss: number, epoch: number) => `loss ${metric(loss)}, epoch ${epoch}`,
    ofRun: 'best of the run',
    endings,
    underWay: 'under way',
    coming: 'to come',
    interrupted: 'not ended',
    never: 'did not begin',
    unchanged: (tensors: number) => `${plural(tensors, 'tensor', 'tensors')} unchanged`,
    changed: (tensors: number) => `${plural(tensors, 'tensor', 'tensors')} changed`,
    noBetter: 'It became no better than what was there before it, which is kept.',
  },
} as const;

/** A freeze mask in a few words. */
export function trainsWords(trains: WhatTrains): string {
  const words = stages.trains;
  switch (trains.kind) {
    case 'nothing':
      return words.nothing;
    case 'all':
      return words.all;
    case 'only':
      return words.only(trains.block);
    case 'from':
      return words.from(trains.block, trains.blocks);
    case 'some':
      return words.some(trains.trainable, trains.blocks);
  }
}
