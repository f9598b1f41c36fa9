import type { EmbeddingMap } from '../../shared/contract/embedding.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TaskEvent } from '../../shared/contract/event.ts';
import type { DatasetReference, WeightsReference } from '../../shared/contract/plan-request.ts';
import type { PlanProblem } from '../../shared/contract/preview.ts';

/** Which dataset is shown as which network sees it. */
export interface EmbeddingAsked {
  readonly datasetId: string;
  readonly dataset: DatasetReference;
  readonly network: string;
  /** Undefined for the network's own. */
  readonly weights: WeightsReference | undefined;
}

/** What making a map takes, before it is begun. */
export interface EmbeddingCost {
  /** Seconds; null while it is not known. */
  readonly featureSeconds: number | null;
  readonly featureBytes: number | null;
  /** Why it cannot be made. */
  readonly problem: PlanProblem | null;
}

type Progress = Pick<TaskEvent, 'done' | 'total' | 'ratePerSecond' | 'secondsLeft' | 'detail'>;

/** The map of the chosen dataset by the network of the plan; goes on being made while other views are shown. */
export class EmbeddingController {
  map = $state.raw<EmbeddingMap | null>(null);
  cost = $state.raw<EmbeddingCost | null>(null);
  problem = $state.raw<unknown>(null);
  /** Whether it is looked for among those made before. */
  looking = $state(false);
  /** How far the making is; null while none is made. */
  progress = $state.raw<Progress | null>(null);
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  #asked: EmbeddingAsked | null = null;
  #key = '';
  /** Rises with each question: answers to an earlier one are no longer wanted. */
  #question = 0;
  #taskId: string | null = null;
  /** Rises with what is decided of the images while their map is made. */
  #changes = 0;

  constructor(transport: Pick<Transport, 'invoke' | 'subscribe'>) {
    this.#transport = transport;
  }

  /** Shows the map where it was made before, else what making it takes. The same question again looks for what was decided since. */
  async show(asked: EmbeddingAsked): Promise<void> {
    const key = JSON.stringify(asked);
    if (key !== this.#key) {
      this.cancel();
      this.map = null;
      this.cost = null;
    } else if (this.#taskId !== null) {
      this.#changes += 1;
      return;
    }
    this.#key = key;
    this.#asked = asked;
    this.problem = null;
    const question = (this.#question += 1);
    this.looking = this.map === null;
    try {
      const { datasetId, network, weights } = asked;
      const { map } = await this.#transport.invoke('dataset.embedding', {
        datasetId,
        network,
        weights,
        onlyKept: true,
      });
      if (!this.#isWanted(question)) return;
      this.map = map;
      if (map === null) await this.#askCost(asked, question);
    } catch (problem) {
      if (this.#isWanted(question)) await this.#explain(asked, question, problem);
    } finally {
      if (this.#isWanted(question)) this.looking = false;
    }
  }

  /** Makes the map. */
  async compute(): Promise<void> {
    const asked = this.#asked;
    if (asked === null || this.#taskId !== null) return;
    const taskId = crypto.randomUUID();
    const question = (this.#question += 1);
    this.#taskId = taskId;
    const changes = this.#changes;
    this.problem = null;
    this.progress = { done: 0, total: 0, ratePerSecond: null, secondsLeft: null, detail: '' };
    const unsubscribe = this.#transport.subscribe('task', (event) => {
      if (event.taskId === taskId && this.#taskId === taskId) this.progress = event;
    });
    let made = false;
    try {
      const { datasetId, network, weights } = asked;
      const { map } = await this.#transport.invoke('dataset.embedding', { datasetId, network, weights, taskId });
      made = true;
      if (this.#isWanted(question)) this.map = map;
    } catch (problem) {
      if (this.#isWanted(question)) this.problem = problem;
    } finally {
      unsubscribe();
      if (this.#isWanted(question)) {
        this.#taskId = null;
        this.progress = null;
      }
    }
    // The map is of the images as they were when it was begun.
    if (this.#isWanted(question) && made && this.#changes !== changes) await this.show(asked);
  }

  /** Ends what is being made; features that were taken are kept. */
  cancel(): void {
    if (this.#taskId === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
    this.#taskId = null;
    this.progress = null;
    this.#question += 1;
  }

  async #askCost({ dataset, network, weights }: EmbeddingAsked, question: number): Promise<void> {
    const { cost, boundary, problems } = await this.#transport.invoke('plan.preview', {
      dataset,
      network,
      weights,
      strategy: 'features',
    });
    if (!this.#isWanted(question)) return;
    const problem = problems.find(({ field }) => ['network', 'weights'].includes(field)) ?? null;
    this.cost = { featureSeconds: cost?.featureSeconds ?? null, featureBytes: boundary.bytes, problem };
  }

  /** A network without weights is no failure: what to do stands where a map would. */
  async #explain(asked: EmbeddingAsked, question: number, problem: unknown): Promise<void> {
    await this.#askCost(asked, question).catch(() => undefined);
    if (this.#isWanted(question) && (this.cost?.problem ?? null) === null) this.problem = problem;
  }

  // A method, since another question may be asked while an answer is awaited, which the compiler does not see.
  #isWanted(question: number): boolean {
    return this.#question === question;
  }
}
