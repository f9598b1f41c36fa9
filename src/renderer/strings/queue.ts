import { count } from './format.ts';

const plural = (amount: number, one: string): string => `${count(amount)} ${one}${amount === 1 ? '' : 's'}`;

/** Words of the queue, and of the sweep that fills it. */
export const queue = {
  title: 'Queue',
  button: (waiting: number) => `Queue (${count(waiting)})`,
  hint: 'One run trains at a time; these begin in this order, each when the one before has ended.',
  held: 'Nothing of it begins by itself before it is started.',
  work: 'Start the queue',
  hold: 'Hold the queue',
  empty: 'Nothing waits. Add a plan to the queue in the Train view.',
  cancel: (name: string) => `Take ${name} out of the queue`,
  cancelAll: 'Take all out',
  cancelled: (runs: number) => `${plural(runs, 'run')} taken out of the queue.`,
  up: (name: string) => `Move ${name} up`,
  down: (name: string) => `Move ${name} down`,
  keys: 'Alt and an arrow key move a run up or down.',
  list: 'Waiting runs, in order',
  moved: (name: string, place: number, of: number) => `${name} is now ${count(place)} of ${count(of)}.`,
  epochs: (epochs: number) => plural(epochs, 'epoch'),
  waiting: (runs: number) => (runs === 1 ? '1 run waits in the queue.' : `${count(runs)} runs wait in the queue.`),
  add: 'Add to queue',
  more: 'More ways to train',
  sweep: {
    open: 'Sweep or compare strategies…',
    what: 'What is compared',
    whats: { values: 'Listed values', strategies: 'The three strategies' },
    strategiesHint:
      'Only the head, the last two blocks too (or what the plan’s own rules thaw), and everything from scratch, each with each seed. All runs wait in the queue, in one group, whose chart stands on the page of each.',

    title: 'Sweep',
    hint: 'Each value of one is combined with each of the others; what is left empty stays as planned. All runs wait in the queue, in one group.',
    name: 'Name of the group',
    nameHint: 'after what is compared',
    learningRate: 'Learning rates',
    learningRateHint: '0.01, 0.003, 0.001',
    strategy: 'Strategies',
    boundary: 'Boundaries',
    boundaryHint: 'block_5, last:3',
    boundaryHelp: 'What trains begins there: a layer, a block, or last:N. All below is frozen.',
    seed: 'Seeds',
    seedHint: '1, 2, 3',
    runs: (runs: number) => (runs === 1 ? 'This is 1 run.' : `These are ${count(runs)} runs.`),
    nothing: 'List values for at least one of them.',
    tooMany: (runs: number, most: number) => `These would be ${count(runs)} runs; at most ${count(most)} fit.`,
    tooManySeeds: (seeds: number, most: number) =>
      `At most ${count(most)} seeds are compared; these are ${count(seeds)}.`,
    notNumber: (text: string) => `Numbers above 0, separated by commas; received '${text}'.`,
    notSeed: (text: string) => `Whole numbers from 0 to 4,294,967,295, separated by commas; received '${text}'.`,
    twice: (text: string) => `Each value once; '${text}' stands there twice.`,
    start: (runs: number) => `Add ${plural(runs, 'run')} to the queue`,
    cancel: 'Cancel',
  },
} as const;
