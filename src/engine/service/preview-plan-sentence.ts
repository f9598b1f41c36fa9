import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { CostEstimate } from '../../shared/contract/preview.ts';
import type { LayerState } from '../../shared/contract/run.ts';
import { taskWords } from '../../shared/contract/task-words.ts';

/** What a sentence tells. */
export interface Told {
  readonly plan: TrainingPlan;
  readonly layers: readonly LayerState[];
  /** Layers that are computed once per image. */
  readonly prefix: ReadonlySet<string>;
  /** null while they were not counted. */
  readonly images: number | null;
  /** Why frozen layers are not computed once; null where they are. */
  readonly forbiddenBy: string | null;
  /** Whether what the frozen layers give was computed before, and is all there is of the images. */
  readonly isGiven: boolean;
  readonly cost: CostEstimate | null;
}

/** A block's layers with parameters, taken together. */
interface BlockState {
  readonly name: string;
  readonly state: 'frozen' | 'trainable' | 'mixed';
  readonly isComputedOnce: boolean;
}

function blocksOf({ layers, prefix }: Told): readonly BlockState[] {
  const withParameters = layers.filter(({ parameters }) => parameters > 0);
  return [...Map.groupBy(withParameters, ({ block }) => block)].map(([name, own]) => {
    const frozen = own.filter(({ state }) => state === 'frozen').length;
    return {
      name,
      state: frozen === own.length ? 'frozen' : frozen === 0 ? 'trainable' : 'mixed',
      isComputedOnce: own.every((layer) => prefix.has(layer.name)),
    };
  });
}

function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function blockNumber(name: string | undefined): number | null {
  const found = /^block_(\d+)$/.exec(name ?? '')?.[1];
  return found === undefined ? null : Number(found);
}

/** Names that follow each other, as one: blocks 1–11, `conv2_block1` to `conv4_block6`. */
function named(run: readonly string[]): string {
  const [first, last] = [run[0] ?? '', run.at(-1) ?? ''];
  const [from, to] = [blockNumber(first), blockNumber(last)];
  if (from !== null && to !== null) {
    if (run.length === 1) return `block ${from}`;
    return run.length === 2 ? `blocks ${from} and ${to}` : `blocks ${from}–${to}`;
  }
  if (first === 'stem' || first === 'head') return `the ${first}`;
  return run.length > 2 ? `${first} to ${last}` : joined(run);
}

function endsRun(before: string, name: string): boolean {
  const [from, to] = [blockNumber(before), blockNumber(name)];
  if (from !== null || to !== null) return from === null || to !== from + 1;
  return [before, name].some((own) => own === 'stem' || own === 'head');
}

/** The blocks that are meant, those next to each other in the network taken together. */
function listed(blocks: readonly BlockState[], meant: (block: BlockState) => boolean): readonly string[] {
  const runs: string[][] = [];
  let isOpen = false;
  for (const block of blocks) {
    const run = runs.at(-1);
    if (!meant(block)) isOpen = false;
    else if (isOpen && run && !endsRun(run.at(-1) ?? '', block.name)) run.push(block.name);
    else {
      runs.push([block.name]);
      isOpen = true;
    }
  }
  return runs.map(named);
}

function isPlural(parts: readonly string[]): boolean {
  return parts.length > 1 || /^blocks | to | and /.test(parts[0] ?? '');
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A time that nobody reads more exactly: `17 s`, `5 min`, `3.5 h`. */
export function roughDuration(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Number((seconds / 3600).toFixed(1))} h`;
}

function frozenSentence(told: Told, blocks: readonly BlockState[]): string {
  const frozen = blocks.filter(({ state }) => state === 'frozen');
  if (frozen.length === 0) return '';
  const names = listed(blocks, ({ state }) => state === 'frozen');
  const [stay, are] = isPlural(names) ? ['stay', 'are'] : ['stays', 'is'];
  const who = `${capitalised(joined(names))} ${stay} frozen`;
  const once = frozen.filter(({ isComputedOnce }) => isComputedOnce);
  const variants = told.plan.augmentation?.variants ?? 0;
  const each =
    variants > 0 ? `, each training image in ${variants === 1 ? 'one variant' : `${variants} variants`}` : '';
  const images = told.images === null ? 'each image' : `${told.images.toLocaleString('en-US')} images`;
  if (told.isGiven)
    return `${who}: what ${isPlural(names) ? 'they give' : 'it gives'} was computed before, for ${images}.`;
  if (once.length === frozen.length) return `${who} and ${are} computed once for ${images}${each}.`;
  const because = told.forbiddenBy === null ? '' : `: ${told.forbiddenBy.replace(/\.$/, '')}`;
  if (once.length === 0) return `${who}, but ${are} computed at every step${because}.`;
  const lower = listed(blocks, (block) => block.state === 'frozen' && block.isComputedOnce);
  return `${who}; of these only ${joined(lower)} ${isPlural(lower) ? 'are' : 'is'} computed once for ${images}${because}.`;
}

function trainingSentence({ plan, cost }: Told, blocks: readonly BlockState[]): string {
  const whole = listed(blocks, ({ state }) => state === 'trainable');
  const parts = listed(blocks, ({ state }) => state === 'mixed').map((name) => `parts of ${name}`);
  const names = [...parts, ...whole];
  const everything = blocks.length > 1 && blocks.every(({ state }) => state === 'trainable');
  const who = everything ? 'Every layer' : capitalised(joined(names));
  const verb = everything || (!isPlural(names) && parts.length === 0) ? 'trains' : 'train';
  const from = plan.strategy === 'scratch' ? ', from nothing learnt,' : '';
  const epochs = plan.epochs === 1 ? 'one epoch' : `${plan.epochs.toLocaleString('en-US')} epochs`;
  const most = plan.earlyStopping ? 'at most ' : '';
  const seconds = cost?.epochSeconds == null ? null : plan.epochs * cost.epochSeconds + (cost.featureSeconds ?? 0);
  const time = seconds === null ? '' : `, ${roughDuration(seconds)}`;
  return `${who} ${verb}${from} for ${most}${epochs}${time}.`;
}

/** How a plan of several stages goes on, for people: what happens in each is told by itself. */
export function describeStages({ stages, epochs }: TrainingPlan, cost: CostEstimate | null): string {
  const names = joined(stages.map(({ name }) => `'${name}'`));
  const seconds = cost?.epochSeconds == null ? null : epochs * cost.epochSeconds + (cost.featureSeconds ?? 0);
  const time = seconds === null ? '' : `, ${roughDuration(seconds)}`;
  const most = stages.some(({ earlyStopping }) => earlyStopping !== null) ? 'at most ' : '';
  const own = stages.length === 1 ? 'One stage' : `${stages.length} stages, one after the other`;
  const all = epochs === 1 ? 'one epoch' : `${epochs.toLocaleString('en-US')} epochs`;
  return `${own}: ${names}; ${most}${all}${time}. The best weights are kept across all of them.`;
}

/** What will happen, for people: what stays frozen and what that saves, then what trains and for how long. */
export function describePlan(told: Told): string {
  const blocks = blocksOf(told);
  if (blocks.every(({ state }) => state === 'frozen')) return 'Nothing trains: thaw a layer or a block.';
  const learnt = taskWords(told.plan.task);
  const sentences = [
    frozenSentence(told, blocks),
    trainingSentence(told, blocks),
    learnt === null ? '' : `It learns ${learnt}.`,
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
