import { untrack } from 'svelte';
import type { Request, Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { FreezeRule, Strategy, TrainingPlan } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import type { CostEstimate, PlanPreview, PlanProblem, StagePreview } from '../../shared/contract/preview.ts';
import type { LayerState } from '../../shared/contract/run.ts';
import type { DatasetChoice } from './dataset-choice.svelte.ts';
import { FreezingHistory, type Freezing } from './freezing.svelte.ts';
import {
  addRules,
  addTargets,
  countParameters,
  freezeAllRules,
  layersOf,
  patternOf,
  reconcile,
  statisticsRules,
  thawAllRules,
  withState,
  withStatistics,
  type Target,
} from './layer-rules.ts';
import type { AugmentationPreset } from '../../shared/contract/augmentation.ts';
import { EMPTY_AUGMENTATION, NO_FIGURES } from './augmentation-draft.ts';
import type { NumberField } from './number-field.ts';
import { draftFor, hasWrong, type EditedRun, type PlanParent, type StageAlone } from './plan-asking.ts';
import { EMPTY_DRAFT, type ChosenWeights, type PlanDraft } from './plan-draft.ts';
import { planRequest, previewRequest, startRequest } from './plan-request.ts';
import { isPlaced, problemAt } from './plan-places.ts';
import { weightsIn } from './renamed-weights.ts';
import { completionAt, onNetwork } from './stage-draft.ts';

/** What a person plans to train, and what the engine says it would do and cost. */
export class PlanController {
  draft = $state.raw<PlanDraft>(EMPTY_DRAFT);
  /** The engine's last answer; stays shown while the next is under way. */
  preview = $state.raw<PlanPreview | null>(null);
  /** The tree's layers: as the engine said, with clicks since then already in. */
  layers = $state.raw<readonly LayerState[]>([]);
  /** The cost before the last change, to tell the difference by. */
  costBefore = $state.raw<CostEstimate | null>(null);
  /** Whether an answer is under way. */
  pending = $state(false);
  starting = $state(false);
  /** Where the run is to go on from; null for one of its own. */
  parent = $state.raw<PlanParent | null>(null);
  /** Counts the plans that came into the form, and the networks: what was undone of one is not done to the next. */
  taken = 0;
  /** Why the engine could not answer or begin. */
  failure = $state.raw<unknown>(null);

  readonly parameters = $derived(countParameters(this.layers));
  /** The last request that the engine could complete. */
  completed = $state.raw<TrainingPlan | null>(null);
  /** What the form shows where nothing is chosen: what is completed, of the stage that is chosen. */
  readonly completion = $derived.by(() =>
    this.completed === null ? null : completionAt(this.completed, this.draft.stage),
  );
  /** What the chosen stage does, or the whole plan of one piece. */
  readonly shown = $derived.by(() => {
    const { stages, stage } = this.draft;
    if (stages.length === 0) return this.preview;
    return this.stageAt(stage) ?? (this.#alone?.stage === stage ? this.#alone.preview : null);
  });
  /** A run whose stages to come are being edited; null for a plan of its own. */
  editing = $state.raw<EditedRun | null>(null);
  /** Whether what is chosen has begun in the run whose stages are edited, and stays as it is. */
  readonly locked = $derived.by(() => this.editing !== null && this.draft.stage < this.editing.from);
  readonly network = $derived.by(
    () => this.#dataset.dataset?.features?.network ?? this.draft.network ?? this.completion?.network ?? null,
  );
  /** Whether a figure of the form cannot be read. */
  readonly wrong = $derived.by(() => hasWrong(this.#asking, this.completed));
  readonly problems = $derived<readonly PlanProblem[]>(this.preview?.problems ?? []);
  readonly canUndo = $derived.by(() => this.#freezing.canUndo);
  readonly canRedo = $derived.by(() => this.#freezing.canRedo);

  readonly #freezing = new FreezingHistory();
  readonly #transport: Transport;
  readonly #dataset: DatasetChoice;
  #alone = $state.raw<StageAlone | null>(null);
  #stale = false;
  /** Counts how often another stage or plan was chosen. */
  #staged = 0;
  /** The count that the preview shown is of. */
  #told = 0;
  #asked: readonly unknown[] = [];
  /** The features file that is trained on. */
  #features: string | null = null;

  constructor(transport: Transport, dataset: DatasetChoice) {
    this.#transport = transport;
    this.#dataset = dataset;
  }

  /** The draft as far as it concerns the dataset. */
  get #asking(): PlanDraft {
    return draftFor(this.draft, this.#dataset.dataset);
  }

  /** What the engine is asked for this draft. */
  get request(): TrainingPlanRequest {
    return planRequest(this.#asking, this.#dataset.reference, this.completed);
  }

  get #question(): Record<string, unknown> {
    return previewRequest(this.#asking, this.#reference, this.completed);
  }

  get #reference() {
    return this.editing === null ? this.#dataset.reference : ({ kind: 'ofRun', runId: this.editing.runId } as const);
  }

  /** What the chosen stage would do by itself, as a plan of one piece. */
  #askStage(draft: PlanDraft): Record<string, unknown> {
    return previewRequest({ ...draft, stages: [] }, this.#reference, this.completion);
  }

  /** What the engine is asked to train or to let wait: a branch names no weights, for they are its checkpoint's. */
  get startRequest(): Request<'training.start'> {
    return startRequest(this.request, this.parent);
  }

  /** Whether a click on Train can be honoured. */
  get ready(): boolean {
    return !this.wrong && this.preview !== null && this.problems.length === 0 && !this.starting;
  }

  /** Asks the engine whenever draft or dataset change. @returns the function that ends this */
  begin(): () => void {
    return $effect.root(() => {
      $effect(() => {
        const source = this.#dataset.dataset?.source;
        untrack(() => this.#beginOn(source?.kind === 'features' ? source.path : null));
      });
      $effect(() => {
        if (this.#isNews(this.draft, this.#dataset.reference, this.#dataset.dataset))
          untrack(() => void this.refresh());
      });
    });
  }

  /** The engine's reason at one of these fields of the plan. */
  problemAt(...paths: readonly string[]): string | null {
    return problemAt(this.problems, this.draft, paths);
  }

  /** The engine's reasons at a field of this part of the plan, or at what lies within. */
  problemsWithin(part: string): readonly PlanProblem[] {
    return this.problems.filter(({ field }) => field === part || field.startsWith(`${part}.`));
  }

  /** The engine's reasons that stand at no field of the form. */
  get unplaced(): readonly PlanProblem[] {
    return this.problems.filter((problem) => !isPlaced(problem.field));
  }

  /** Changes fields of the form. */
  change(change: Partial<Omit<PlanDraft, 'strategy' | 'rules' | 'typed' | 'network' | 'stages' | 'stage'>>): void {
    // A branch has the weights of its checkpoint.
    if ('weights' in change) this.parent = null;
    this.draft = { ...this.draft, ...change };
  }

  /** Begins with these weights, or with the network's usual ones. One that trains from scratch takes none: it is fine-tuned then. */
  beginWith(weights: ChosenWeights | null): void {
    this.leaveEditing();
    if (this.draft.strategy === 'scratch') this.setStrategy('finetune');
    this.change({ weights });
  }

  /** Begins with the weights in a granted file, its names read as the plan file says that was opened. */
  takeWeights(file: FileEntry): void {
    this.leaveEditing();
    this.beginWith(weightsIn(file, this.draft.mappings));
  }

  type(field: NumberField, text: string): void {
    this.draft = { ...this.draft, typed: { ...this.draft.typed, [field]: text } };
  }

  /** Lets the head stand on a layer of the network; null for its last. */
  standOn(base: string | null): void {
    this.change({ headDesign: { ...this.draft.headDesign, base } });
  }

  /** Begins with a preset's values: what was chosen and typed before is gone. */
  takeAugmentation(augmentation: AugmentationPreset): void {
    const typed = { ...this.draft.typed, ...NO_FIGURES };
    this.draft = { ...this.draft, ...EMPTY_AUGMENTATION, augmentation, typed };
  }

  weighClass(name: string, text: string): void {
    this.draft = { ...this.draft, classWeights: { ...this.draft.classWeights, [name]: text } };
  }

  /** Begins with a whole plan; with a parent, to branch off that run. A run's stages are no longer edited then. */
  takePlan(draft: PlanDraft, parent: PlanParent | null = null): void {
    this.editing = null;
    this.taken += 1;
    this.restage(draft);
    this.parent = parent;
  }

  /** The same plan with its stages otherwise, or with another one chosen: what was frozen and thawed begins anew. */
  restage(draft: PlanDraft): void {
    this.draft = draft;
    this.costBefore = null;
    this.#staged += 1;
    this.#freezing.begin({ strategy: draft.strategy, rules: draft.rules });
    this.#showLayers();
  }

  /** Leaves the stages of a run as they were: the plan that was being made before comes back. */
  leaveEditing(): void {
    const { editing } = this;
    if (editing !== null) this.takePlan(editing.before.draft, editing.before.parent);
  }

  /** Plans a run of its own, with the weights that the branch would have begun with. */
  dropParent(): void {
    this.parent = null;
  }

  /** Rules name layers of one network: another one begins without them, and with its own weights. */
  chooseNetwork(network: string | null, weights: ChosenWeights | null = null): void {
    this.leaveEditing();
    this.taken += 1;
    this.parent = null;
    this.restage(onNetwork(this.draft, network, weights));
  }

  setStrategy(strategy: Strategy): void {
    // What begins from scratch takes nothing over.
    if (strategy === 'scratch') this.parent = null;
    this.#freeze({ strategy, rules: [] });
  }

  setTargets(targets: readonly Target[], state: LayerState['state']): void {
    const action = state === 'frozen' ? 'freeze' : 'thaw';
    if (this.locked) return;
    this.layers = withState(this.layers, layersOf(targets), state);
    this.#freeze({ ...this.#freezing.present, rules: addTargets(this.#freezing.present.rules, targets, action) });
  }

  setStatistics(targets: readonly Target[], moving: boolean): void {
    if (this.locked) return;
    const layers = layersOf(targets);
    this.layers = withStatistics(this.layers, layers, moving);
    this.#addRules(statisticsRules(layers, moving));
  }

  /** Thaws a layer or block and all that its output reaches. */
  thawFrom(name: string): void {
    this.#addRules([{ action: 'thaw', pattern: `from:${name}` }]);
  }

  freezeAll(): void {
    this.#addRules(freezeAllRules(this.layers));
  }

  thawAll(): void {
    if (this.locked) return;
    this.layers = withState(this.layers, this.layers, 'trainable');
    this.#addRules(thawAllRules());
  }

  /**
   * Freezes or thaws what a typed name or expression means.
   *
   * @returns the engine's reason where it means nothing; the rules then stay as they were
   */
  async applyPattern(action: 'freeze' | 'thaw', text: string): Promise<PlanProblem | null> {
    const rule: FreezeRule = { action, pattern: patternOf(text, this.layers) };
    const rules = addRules(this.#freezing.present.rules, [rule]);
    const asked = this.#staged;
    // What is wrong with other stages is not asked here.
    const answer = await this.#transport.invoke('plan.preview', this.#askStage({ ...this.#asking, rules }));
    const problem = answer.problems.find((candidate) => candidate.field.startsWith('rules'));
    // An answer of one stage says nothing of another that was chosen meanwhile.
    if (asked !== this.#staged) return null;
    if (problem !== undefined) return problem;
    this.#addRules([rule]);
    return null;
  }

  undo(): void {
    this.draft = { ...this.draft, ...this.#freezing.undo() };
  }

  redo(): void {
    this.draft = { ...this.draft, ...this.#freezing.redo() };
  }

  /** @returns the run's id, or null where it could not begin: `failure` then says why */
  start(): Promise<string | null> {
    return this.#begin('training.start');
  }

  /** Lets the run wait for its turn. @returns the run's id, or null where it cannot: `failure` then says why */
  enqueue(): Promise<string | null> {
    return this.#begin('queue.add');
  }

  async #begin(how: 'training.start' | 'queue.add'): Promise<string | null> {
    // Its draft is another run's, which has begun.
    if (!this.ready || this.editing !== null) return null;
    this.starting = true;
    this.failure = null;
    try {
      const { runId } = await this.#transport.invoke(how, this.startRequest);
      // A second click is not to branch off once more.
      this.parent = null;
      return runId;
    } catch (error) {
      this.failure = error;
      return null;
    } finally {
      this.starting = false;
    }
  }

  /** What a stage would do and cost; undefined while that is not known, or where it is wrong. */
  stageAt(place: number): StagePreview | undefined {
    return this.preview?.stages.find(({ stage }) => stage === place);
  }

  /** Asks for a preview; while one is under way, the latest draft waits for it, and only its answer is shown. */
  async refresh(): Promise<void> {
    if (this.pending) {
      this.#stale = true;
      return;
    }
    this.pending = true;
    try {
      do {
        this.#stale = false;
        const { stages, stage } = this.draft;
        const answer = await this.#transport.invoke('plan.preview', this.#question);
        // A stage that is wrong is not told of among the others; by itself it can be seen and mended.
        const isTold = stages.length === 0 || answer.stages.some((told) => told.stage === stage);
        const alone = isTold ? null : await this.#transport.invoke('plan.preview', this.#askStage(this.draft));
        if (!this.#isStale()) this.#show(answer, alone && { stage, preview: alone });
      } while (this.#isStale());
      this.failure = null;
    } catch (error) {
      this.failure = error;
    } finally {
      this.pending = false;
    }
  }

  /** Features bring their network and its weights: rules and weights of another mean nothing there, nor theirs elsewhere. */
  #beginOn(features: string | null): void {
    if (features === this.#features) return;
    this.#features = features;
    this.leaveEditing();
    if (features !== null) this.draft = { ...this.draft, strategy: 'features' };
    this.chooseNetwork(this.draft.network);
  }

  #isNews(...asked: readonly unknown[]): boolean {
    const news = asked.some((part, index) => part !== this.#asked[index]);
    this.#asked = asked;
    return news;
  }

  // A method, since the flag changes while an answer is awaited, which the compiler does not see.
  #isStale(): boolean {
    return this.#stale;
  }

  #show(answer: PlanPreview, alone: StageAlone | null): void {
    const before = this.shown?.cost ?? null;
    this.preview = answer;
    this.#alone = alone;
    this.completed = answer.plan ?? this.completed;
    // What another stage costs is no change of this one.
    const isSame = this.#told === this.#staged;
    this.#told = this.#staged;
    if (isSame && before !== null && this.shown?.cost?.epochSeconds !== before.epochSeconds) this.costBefore = before;
    this.#showLayers();
  }

  #showLayers(): void {
    if (this.shown !== null) this.layers = reconcile(this.layers, this.shown.layers);
  }

  #addRules(added: readonly FreezeRule[]): void {
    this.#freeze({ ...this.#freezing.present, rules: addRules(this.#freezing.present.rules, added) });
  }

  #freeze(next: Freezing): void {
    if (this.locked) return;
    this.#freezing.advance(next);
    this.draft = { ...this.draft, ...next };
  }
}
