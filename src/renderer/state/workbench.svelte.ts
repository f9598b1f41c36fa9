import { createContext } from 'svelte';
import type { ConnectionState } from '../../shared/contract/bridge.ts';
import type { EndpointName, Request, Response } from '../../shared/contract/endpoint.ts';
import type { RunStatus } from '../../shared/contract/run.ts';
import { strings } from '../strings/index.ts';
import type { Host } from '../transport/host.ts';
import { DatasetChoice } from './dataset-choice.svelte.ts';
import { DatasetEdits } from './dataset-edits.svelte.ts';
import { Datasets } from './datasets.svelte.ts';
import { EmbeddingController } from './embedding.svelte.ts';
import { FileChoice } from './file-choice.svelte.ts';
import { HealthController } from './health.svelte.ts';
import { LabelReview } from './label-review.svelte.ts';
import { Navigation } from './navigation.svelte.ts';
import { NetworksController } from './networks.svelte.ts';
import { Notices, type NoticeAction } from './notices.svelte.ts';
import { PlanController } from './plan.svelte.ts';
import { PlanFiles } from './plan-files.svelte.ts';
import { Predictions } from './predictions.svelte.ts';
import type { ErrorAction } from './present-error.ts';
import { ProofController } from './proof.svelte.ts';
import { QueueController } from './queue.svelte.ts';
import { PublishedWeightsController } from './published-weights.svelte.ts';
import { SettingsController } from './settings.svelte.ts';
import { StageEditor } from './stage-editor.svelte.ts';
import { Thumbnails } from './thumbnails.svelte.ts';
import { TreeController } from './tree.svelte.ts';
import { Upload } from './upload.svelte.ts';
import { WeightsMapping } from './weights-mapping.svelte.ts';

/** Told once for each version; About goes on telling it. */
const STAND_IN_TOLD = 'stand-in-told';

/**
 * What every view shares. A component gets it with `const workbench = useWorkbench();` and may use
 *
 * - `host`: the way out; `workbench.invoke(name, request)` is short for `host.transport.invoke`
 * - `navigation`: `.view`, `.runId`, `.go('runs', runId)`
 * - `dataset`: `.dataset` (what was read), `.open(reference)`, `.opening`, `.problem`
 * - `datasets`: how the chosen dataset is looked at; `edits`: what is decided of its images, `.change(images, change)`, `.undo()`; `health`: what every image was found to be like
 * - `labels`: labels of it that are hard to believe, and their review
 * - `embedding`: the map of the chosen dataset
 * - `predictions`: the images of the Predict view; `thumbnails`
 * - `files.choose('folder' | 'images' | 'weights' | 'model' | 'features' | 'runs')`: asks for files, by the system's dialog or the window's own
 * - `plan`: the plan as it is being made; `.request` is what the engine would be asked, `.preview` its answer; `planFiles`: plans as files; `stages`: its stages, and those of a run that trains; `tree`: its layers as shown
 * - `networks`: the networks that the engine knows, and those opened from files; `published`: weights that can be downloaded for them; `mapping`: what
 *   each tensor gets from the chosen ones; `proof`: what the run shown has proven of frozen layers
 * - `settings`: `.theme`, `.smoothing`, `.panes`
 * - `notices`: `.tell({ title })`, `.fail(error)` for what has no place of its own in a view
 * - `queue`: what waits for the one trainer
 * - `runId`: the run that the Train view and the run bar show: the one under way, else the last started here; null
 *   before the first
 * - `training`: whether a run of this engine is under way (paused included); `follow(runId)` makes a resumed or
 *   attached run the one shown
 * - `connection`: `connected`, `lost`, or `restarted` after the engine came back (ids and grants are then new)
 */
export class Workbench {
  readonly host: Host;
  readonly navigation = new Navigation();
  readonly notices: Notices;
  readonly settings: SettingsController;
  readonly dataset: DatasetChoice;
  readonly datasets: Datasets;
  readonly edits: DatasetEdits;
  readonly health: HealthController;
  readonly labels: LabelReview;
  readonly embedding: EmbeddingController;
  readonly predictions: Predictions;
  readonly thumbnails: Thumbnails;
  readonly files: FileChoice;
  readonly upload = new Upload();
  readonly plan: PlanController;
  readonly planFiles: PlanFiles;
  readonly stages: StageEditor;
  readonly tree: TreeController;
  readonly networks: NetworksController;
  readonly published: PublishedWeightsController;
  readonly mapping: WeightsMapping;
  readonly proof: ProofController;
  readonly queue: QueueController;
  runId = $state<string | null>(null);
  training = $state(false);
  /** Counts the requests to find something: a view that can search focuses its box when it rises. */
  findRequests = $state(0);
  /** Counts the clicks on Train that the plan's problems forbade: the form then goes to the first. */
  complaints = $state(0);
  connection = $state<ConnectionState>('connected');

  #lostNotice: number | null = null;

  constructor(host: Host) {
    this.host = host;
    this.notices = new Notices((action) => this.#noticeAction(action));
    this.settings = new SettingsController(host.transport, (error) => this.notices.fail(error));
    this.dataset = new DatasetChoice(host.transport);
    this.datasets = new Datasets(host.transport, this.dataset, (error) => this.notices.fail(error));
    this.edits = new DatasetEdits(host.transport, this.dataset, this.notices);
    this.health = new HealthController(host.transport);
    this.labels = new LabelReview(host.transport);
    this.embedding = new EmbeddingController(host.transport);
    this.predictions = new Predictions(host.transport, () => this.settings.unsureBelow);
    this.thumbnails = new Thumbnails(host.transport);
    this.files = new FileChoice(host);
    this.plan = new PlanController(host.transport, this.dataset);
    this.planFiles = new PlanFiles(host.transport, this);
    this.stages = new StageEditor(host.transport, this.plan, strings.stages.name);
    this.tree = new TreeController(this.plan);
    this.networks = new NetworksController(host.transport);
    this.published = new PublishedWeightsController(host.transport);
    this.mapping = new WeightsMapping(host.transport);
    this.proof = new ProofController(host.transport);
    this.queue = new QueueController(host.transport);
  }

  invoke<Name extends EndpointName>(name: Name, request: Request<Name>): Promise<Response<Name>> {
    return this.host.transport.invoke(name, request);
  }

  /** Reads what the window begins with. @returns the function that ends all subscriptions */
  begin(): () => void {
    const ends = [
      this.host.transport.subscribe('run', (event) => {
        if (event.body.kind === 'status') this.#onStatus(event.runId, event.body.status);
      }),
      this.host.onConnection((state) => this.#onConnection(state)),
      this.plan.begin(),
      this.datasets.begin(),
      this.edits.begin(),
      this.published.begin(),
      this.queue.begin((listener) => this.host.onConnection(listener)),
    ];
    void this.#loadSettings();
    void this.networks.load();
    void this.published.load();
    void this.dataset.open(this.dataset.reference);
    void this.#findActive();
    this.#tellStandIn();
    return () => {
      for (const end of ends) end();
    };
  }

  /** Starts the plan as a run and shows it. */
  async train(): Promise<void> {
    if (this.training) return;
    if (!this.plan.ready) {
      this.complaints += 1;
      return;
    }
    this.proof.show(null).catch((error: unknown) => this.notices.fail(error));
    const runId = await this.plan.start();
    if (runId !== null) this.follow(runId);
  }

  /** Lets the plan's run wait for its turn. */
  async enqueue(): Promise<void> {
    if (this.plan.ready) await this.enqueueing(() => this.plan.enqueue());
    else this.complaints += 1;
  }

  /**
   * Lets runs wait. Behind a run that is under way their turn comes by itself, unless others were held back before; otherwise
   * a person starts the queue.
   *
   * @param add answers with null where nothing was added
   */
  async enqueueing(add: () => Promise<string | null>): Promise<void> {
    const wasEmpty = this.queue.waiting.length === 0;
    try {
      if ((await add()) === null) return;
      if (this.training && wasEmpty) await this.queue.work();
      else await this.queue.load();
    } catch (error) {
      this.notices.fail(error);
    }
  }

  async startQueue(): Promise<void> {
    try {
      await this.queue.work();
    } catch (error) {
      this.notices.fail(error);
    }
  }

  follow(runId: string): void {
    this.runId = runId;
    this.training = true;
    this.navigation.go('train');
  }

  requestFind(): void {
    this.findRequests += 1;
  }

  async #loadSettings(): Promise<void> {
    try {
      const warning = await this.settings.load();
      if (warning !== null) this.notices.tell({ severity: 'warning', title: warning });
    } catch (error) {
      this.notices.fail(error);
    }
  }

  async #findActive(): Promise<void> {
    try {
      const { runId } = await this.invoke('training.active', {});
      this.training = runId !== null;
      if (runId !== null) this.runId = runId;
    } catch (error) {
      this.notices.fail(error);
    }
  }

  #onStatus(runId: string, status: RunStatus): void {
    const underWay = status === 'queued' || status === 'running' || status === 'paused';
    if (underWay) {
      this.runId = runId;
      this.training = true;
    } else if (runId === this.runId) {
      this.training = false;
      // What the run took makes the next estimates better.
      void this.plan.refresh();
      this.proof.show(runId).catch((error: unknown) => this.notices.fail(error));
    }
  }

  #onConnection(state: ConnectionState): void {
    this.connection = state;
    const words = strings.shell.engine;
    switch (state) {
      case 'connected':
        this.#tellLost(false);
        break;
      case 'lost':
        this.#tellLost(true);
        break;
      case 'restarted':
        this.#tellLost(false);
        this.training = false;
        this.notices.tell({
          title: words.restarted,
          hint: words.restartedHint,
          action: this.#noticeAction('showRuns'),
        });
        void this.dataset.reopen().catch((error: unknown) => this.notices.fail(error));
        void this.#findActive();
        break;
    }
  }

  #tellLost(lost: boolean): void {
    if (this.#lostNotice !== null) this.notices.dismiss(this.#lostNotice);
    const { lost: title, lostHint: hint } = strings.shell.engine;
    this.#lostNotice = lost ? this.notices.tell({ severity: 'warning', title, hint }) : null;
  }

  #tellStandIn(): void {
    const { standIn, electron } = this.host.information;
    if (!standIn || localStorage.getItem(STAND_IN_TOLD) === electron) return;
    localStorage.setItem(STAND_IN_TOLD, electron ?? '');
    const words = strings.shell.standIn;
    this.notices.tell({ severity: 'warning', title: words.title, hint: words.hint(electron ?? '') });
  }

  #noticeAction(action: ErrorAction): NoticeAction {
    const label = strings.errors.actions[action];
    switch (action) {
      case 'openDataset':
        return { label, run: () => this.navigation.go('dataset') };
      case 'chooseNetwork':
        return { label, run: () => this.navigation.go('network') };
      case 'showRuns':
      case 'recoverLog':
        return { label, run: () => this.navigation.go('runs') };
      case 'reload':
        return { label, run: () => window.location.reload() };
    }
  }
}

export const [useWorkbench, provideWorkbench] = createContext<Workbench>();
