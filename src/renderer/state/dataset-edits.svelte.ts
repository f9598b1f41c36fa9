import type { DatasetChange, ImageSelection } from '../../shared/contract/dataset-edits.ts';
import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { MENDABLE } from '../../shared/contract/findings.ts';
import { strings } from '../strings/index.ts';
import type { DatasetChoice } from './dataset-choice.svelte.ts';
import type { Notice, NoticeAction, Notices } from './notices.svelte.ts';

type Told = Pick<Notice, 'title' | 'action'>;

const words = strings.dataset.edits;

/** What is decided of the chosen dataset's images: each decision is a step that can be taken back. */
export class DatasetEdits {
  /** Whether a decision is on its way. */
  busy = $state(false);
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  readonly #choice: DatasetChoice;
  readonly #notices: Pick<Notices, 'tell' | 'fail' | 'dismiss'>;
  /** The last request's end: the next follows it, so that steps are taken in the order of the clicks. */
  #last: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  /** What offers to take a step back, and of which dataset that was one. */
  #notice: { readonly id: number; readonly datasetId: string } | null = null;

  constructor(
    transport: Pick<Transport, 'invoke' | 'subscribe'>,
    choice: DatasetChoice,
    notices: Pick<Notices, 'tell' | 'fail' | 'dismiss'>,
  ) {
    this.#transport = transport;
    this.#choice = choice;
    this.#notices = notices;
  }

  /** Follows what other windows decide, and what becomes of the folder. @returns the function that ends it */
  begin(): () => void {
    return this.#transport.subscribe('dataset', (event) => {
      if (event.datasetId !== this.#choice.dataset?.datasetId) return;
      switch (event.change) {
        case 'edits':
          if (this.#underWay === 0) void this.#readAgain();
          break;
        case 'files':
          this.#notices.tell(
            event.problem === null
              ? { title: strings.dataset.files.changed, hint: strings.dataset.files.counts(event) }
              : { severity: 'warning', title: strings.dataset.files.unusable, hint: event.problem },
          );
          if (event.problem === null) void this.#readAgain();
          break;
        case 'measured':
          break;
      }
    });
  }

  /** The dataset that is looked at from now on: a step of another one is no longer offered to be taken back. */
  follow(datasetId: string | null): void {
    if (this.#notice === null || this.#notice.datasetId === datasetId) return;
    this.#notices.dismiss(this.#notice.id);
    this.#notice = null;
  }

  /** What the last step did, in words; null where there is none to take back. */
  get undoable(): string | null {
    return this.#choice.dataset?.edits.undo ?? null;
  }

  get redoable(): string | null {
    return this.#choice.dataset?.edits.redo ?? null;
  }

  /**
   * Decides the same of several images; a failure is told as a notice.
   *
   * @param count how many they are, to be told
   */
  change(images: ImageSelection, count: number, change: DatasetChange): Promise<void> {
    return this.#step(
      (datasetId) => this.#transport.invoke('dataset.edit', { datasetId, images, change }),
      () => ({ title: words.done(change, count), action: this.#undoing() }),
    );
  }

  /** Mends what was found of images, or of all that it was found of. */
  mend(finding: (typeof MENDABLE)[number], imageIds?: readonly string[]): Promise<void> {
    return this.#step(
      (datasetId) =>
        this.#transport.invoke('dataset.mend', { datasetId, finding, ...(imageIds && { imageIds: [...imageIds] }) }),
      ({ edits }) => ({ title: words.mended(edits.undo), action: this.#undoing() }),
    );
  }

  undo(): Promise<void> {
    const step = this.undoable;
    if (step === null) return Promise.resolve();
    return this.#step(
      (datasetId) => this.#transport.invoke('dataset.undo', { datasetId }),
      () => ({ title: words.undone(step), action: { label: words.redo, run: () => void this.redo() } }),
    );
  }

  redo(): Promise<void> {
    const step = this.redoable;
    if (step === null) return Promise.resolve();
    return this.#step(
      (datasetId) => this.#transport.invoke('dataset.redo', { datasetId }),
      () => ({ title: words.redone(step), action: this.#undoing() }),
    );
  }

  #undoing(): NoticeAction {
    return { label: words.undo, run: () => void this.undo() };
  }

  #step(ask: (datasetId: string) => Promise<DatasetView>, told: (dataset: DatasetView) => Told): Promise<void> {
    const step = this.#last.then(() => this.#take(ask, told));
    this.#last = step;
    return step;
  }

  async #take(ask: (datasetId: string) => Promise<DatasetView>, told: (dataset: DatasetView) => Told): Promise<void> {
    const datasetId = this.#choice.dataset?.datasetId;
    if (datasetId === undefined) return;
    this.#underWay += 1;
    this.busy = true;
    try {
      const dataset = await ask(datasetId);
      this.#adopt(dataset);
      if (this.#choice.dataset?.datasetId === datasetId) this.#tell(told(dataset), datasetId);
    } catch (error) {
      this.#notices.fail(error);
    } finally {
      this.#underWay -= 1;
      this.busy = this.#underWay > 0;
    }
  }

  /** Another dataset may have been chosen while the answer was awaited. */
  #adopt(dataset: DatasetView): void {
    if (this.#choice.dataset?.datasetId === dataset.datasetId) this.#choice.dataset = dataset;
  }

  async #readAgain(): Promise<void> {
    try {
      const { reference } = this.#choice;
      this.#adopt(await this.#transport.invoke('dataset.open', { dataset: reference }));
    } catch (error) {
      this.#notices.fail(error);
    }
  }

  /** One notice at a time: each tells of the step before it, too, that it can be taken back. */
  #tell(told: Told, datasetId: string): void {
    if (this.#notice !== null) this.#notices.dismiss(this.#notice.id);
    this.#notice = { id: this.#notices.tell(told), datasetId };
  }
}
