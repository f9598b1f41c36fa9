import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import type { Response, Transport } from '../../shared/contract/endpoint.ts';
import type { Filters, HeatMap, Neighbours } from '../../shared/contract/explain.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

export const EXPLAIN_METHODS = ['gradCam', 'occlusion'] as const;
export type ExplainMethod = (typeof EXPLAIN_METHODS)[number];

/** What the panel shows: a map over the picture, training images, channels of a layer, kernels of the first. */
export const EXPLAIN_TABS = ['map', 'nearest', 'maps', 'filters'] as const;
export type ExplainTab = (typeof EXPLAIN_TABS)[number];

/** Which of the run's weights look, and at which image. */
export interface Explained {
  readonly runId: string;
  /** The best one where it is left out. */
  readonly checkpoint?: CheckpointChoice | undefined;
  readonly imageId: string;
}

export type ExplainLayers = Response<'explain.layers'>;

interface Progress {
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
  readonly secondsLeft: number | null;
}

/** As many neighbours as a strip shows. */
const NEIGHBOURS = 12;

const weightsOf = ({ runId, checkpoint }: Explained): string => JSON.stringify([runId, checkpoint]);

/** Something that is asked for and may be asked for anew: the newest question alone is answered, the one before is ended. */
class Question<Answer> {
  answer = $state.raw<Answer | null>(null);
  problem = $state.raw<unknown>(null);
  asking = $state(false);
  progress = $state.raw<Progress | null>(null);
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  #taskId: string | null = null;

  constructor(transport: Pick<Transport, 'invoke' | 'subscribe'>) {
    this.#transport = transport;
  }

  /** @param keeps whether the answer before stays until the new one is there */
  async ask(ask: (taskId: string) => Promise<Answer>, keeps: boolean): Promise<void> {
    this.cancel();
    const taskId = crypto.randomUUID();
    this.#taskId = taskId;
    this.asking = true;
    this.problem = null;
    this.progress = null;
    if (!keeps) this.answer = null;
    const unsubscribe = this.#transport.subscribe('task', ({ taskId: told, done, total, secondsLeft }) => {
      if (told === taskId && this.#isWanted(taskId)) this.progress = { done, total, secondsLeft };
    });
    try {
      const answer = await ask(taskId);
      if (this.#isWanted(taskId)) this.answer = answer;
    } catch (problem) {
      if (!this.#isWanted(taskId)) return;
      this.answer = null;
      if (!(problem instanceof ThawError && problem.code === 'task.cancelled')) this.problem = problem;
    } finally {
      unsubscribe();
      if (this.#isWanted(taskId)) this.#end();
    }
  }

  /** Ends what is under way; what was answered before stays. */
  cancel(): void {
    if (this.#taskId === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
    this.#end();
  }

  clear(): void {
    this.cancel();
    this.answer = null;
    this.problem = null;
  }

  #end(): void {
    this.#taskId = null;
    this.asking = false;
    this.progress = null;
  }

  // A method, since another question may be asked while an answer is awaited, which the compiler does not see.
  #isWanted(taskId: string): boolean {
    return this.#taskId === taskId;
  }
}

/** Why a run says what it says of an image. What was chosen stays from one image to the next of the same run. */
export class Explanation {
  readonly map: Question<HeatMap>;
  readonly nearest: Question<Neighbours>;
  readonly filters: Question<Filters>;
  readonly layers: Question<ExplainLayers>;
  method = $state<ExplainMethod>('gradCam');
  /** Null for the class that is predicted. */
  className = $state<string | null>(null);
  /** Null for the last one. */
  layer = $state<string | null>(null);
  tab = $state<ExplainTab>('map');
  /** Of the map over the picture, from 0 to 1. */
  opacity = $state(0.5);
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  #explained: Explained | null = null;

  constructor(transport: Pick<Transport, 'invoke' | 'subscribe'>) {
    this.#transport = transport;
    this.map = new Question(transport);
    this.nearest = new Question(transport);
    this.filters = new Question(transport);
    this.layers = new Question(transport);
  }

  /** The layer that is meant, by its name; null while layers are not known. */
  get chosenLayer(): string | null {
    return this.layer ?? this.layers.answer?.[0]?.name ?? null;
  }

  /** What is to be drawn over a picture; null where that is none of its own. */
  mapOver(imageId: string | undefined): HeatMap | null {
    return this.tab === 'map' && imageId !== undefined && this.#mapOf === imageId ? this.map.answer : null;
  }

  /** Shows a part; kernels are those of the weights, and are asked for where they are looked at. */
  showTab(tab: ExplainTab): void {
    this.tab = tab;
    if (tab === 'filters' && this.filters.answer === null && !this.filters.asking) void this.askFilters();
  }

  /** Looks at another image, or with other weights; an occlusion takes long and is not begun by itself. */
  show(explained: Explained): void {
    const before = this.#explained;
    this.#explained = explained;
    const sameWeights = before !== null && weightsOf(before) === weightsOf(explained);
    this.nearest.clear();
    this.className = null;
    if (!sameWeights) {
      this.layer = null;
      this.filters.clear();
      this.layers.clear();
    }
    if (this.layers.answer === null && !this.layers.asking) void this.#askLayers();
    this.method = 'gradCam';
    void this.askMap();
    this.showTab(this.tab);
  }

  choose(change: { method?: ExplainMethod; className?: string | null; layer?: string | null }): void {
    if (change.method !== undefined) this.method = change.method;
    if (change.className !== undefined) this.className = change.className;
    if (change.layer !== undefined) this.layer = change.layer;
    void this.askMap();
  }

  /** Computes the map that is chosen. */
  async askMap(): Promise<void> {
    const explained = this.#explained;
    if (explained === null) return;
    const { method, className, layer } = this;
    const asked = { ...this.#asked(explained), ...(className !== null && { class: className }) };
    const shown = this.map.answer;
    const keeps = shown !== null && this.#mapOf === explained.imageId;
    this.#mapOf = explained.imageId;
    await this.map.ask(
      (taskId) =>
        method === 'occlusion'
          ? this.#transport.invoke('explain.occlusion', { ...asked, taskId })
          : this.#transport.invoke('explain.heatMap', { ...asked, ...(layer !== null && { layer }), taskId }),
      keeps,
    );
  }

  async askNearest(): Promise<void> {
    const explained = this.#explained;
    if (explained === null) return;
    const asked = { ...this.#asked(explained), count: NEIGHBOURS };
    await this.nearest.ask((taskId) => this.#transport.invoke('explain.nearest', { ...asked, taskId }), false);
  }

  async askFilters(): Promise<void> {
    const explained = this.#explained;
    if (explained === null) return;
    const { runId, checkpoint } = explained;
    await this.filters.ask(
      () => this.#transport.invoke('explain.filters', { runId, ...(checkpoint !== undefined && { checkpoint }) }),
      false,
    );
  }

  /** Nobody looks any more. */
  end(): void {
    for (const question of [this.map, this.nearest, this.filters, this.layers]) question.cancel();
  }

  /** Whose map is shown, or asked for. */
  #mapOf = $state<string | null>(null);

  #asked({ runId, checkpoint, imageId }: Explained) {
    return { runId, ...(checkpoint !== undefined && { checkpoint }), image: { imageId } };
  }

  async #askLayers(): Promise<void> {
    const runId = this.#explained?.runId;
    if (runId !== undefined) await this.layers.ask(() => this.#transport.invoke('explain.layers', { runId }), false);
  }
}
