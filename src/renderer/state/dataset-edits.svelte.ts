import { untrack } from 'svelte';
import type { DatasetChange, ImageSelection } from '../../shared/contract/dataset-edits.ts';
import type { DatasetEvent } from '../../shared/contract/dataset-event.ts';
import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { MENDABLE } from '../../shared/contract/findings.ts';
import { strings } from '../strings/index.ts';
import type { DatasetChoice } from './dataset-choice.svelte.ts';
import type { Notices } from './notices.svelte.ts';

type Direction = 'undo' | 'redo';

/** What is told once a step was taken, and which way leads back from it. */
interface Told {
  readonly title: string;
  readonly back: Direction;
}

/** A notice that offers to retrace a step. */
interface Offer {
  readonly id: number;
  readonly back: Direction;
  /** The step, in words. */
  readonly step: string | null;
}

type FilesEvent = Extract<DatasetEvent, { change: 'files' }>;

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
  /** Steps that were told of while some of this window's were under way, but for those. */
  #missed = 0;
  /** Rises with each reading anew and each answer to a step: what was read before that is older. */
  #reading = 0;
  /** What the notices tell of. */
  #datasetId: string | null = null;
  #offer: Offer | null = null;
  #filesNotice: number | null = null;
  /** How many requests that add files are on their way, and what was told of files meanwhile. */
  #adding = 0;
  #heldBack: FilesEvent[] = [];
  /** Files that this window added and was not yet told of. */
  #own = 0;

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
    const ends = [
      this.#transport.subscribe('dataset', (event) => {
        if (event.datasetId === this.#choice.dataset?.datasetId) this.#hear(event);
      }),
      $effect.root(() => {
        $effect(() => {
          const { dataset } = this.#choice;
          untrack(() => this.follow(dataset));
        });
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /**
   * The dataset that is looked at from now on: what was told of another one is dismissed, and no step is offered to be
   * retraced that is not the next one.
   */
  follow(dataset: Pick<DatasetView, 'datasetId' | 'edits'> | null): void {
    const datasetId = dataset?.datasetId ?? null;
    if (datasetId !== this.#datasetId) {
      this.#datasetId = datasetId;
      this.#own = 0;
      this.#withdraw();
      this.#tellFiles(null);
    } else if (this.#offer !== null && dataset?.edits[this.#offer.back] !== this.#offer.step) this.#withdraw();
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
   * @param datasetId what they were selected of: where another dataset is shown by now, nothing is decided
   * @param count how many they are, to be told
   */
  change(datasetId: string, images: ImageSelection, count: number, change: DatasetChange): Promise<void> {
    return this.#queue(datasetId, () =>
      this.#take(
        () => this.#transport.invoke('dataset.edit', { datasetId, images, change }),
        () => ({
          title: words.done(change, count),
          back: 'undo',
        }),
      ),
    );
  }

  /** Mends what was found of images, or of all that it was found of. */
  async mend(finding: (typeof MENDABLE)[number], imageIds?: readonly string[]): Promise<void> {
    const datasetId = this.#choice.dataset?.datasetId;
    if (datasetId === undefined) return;
    await this.#queue(datasetId, () =>
      this.#take(
        () =>
          this.#transport.invoke('dataset.mend', { datasetId, finding, ...(imageIds && { imageIds: [...imageIds] }) }),
        ({ edits }) => ({ title: words.mended(edits.undo), back: 'undo' }),
      ),
    );
  }

  /**
   * Adds files to the dataset, as images that were predicted: whoever does says so, and no notice does a second time.
   *
   * @param add its answer names the files
   */
  async adding<Answer extends { readonly added: readonly string[] }>(add: () => Promise<Answer>): Promise<Answer> {
    this.#adding += 1;
    try {
      const answer = await add();
      this.#own += answer.added.length;
      return answer;
    } finally {
      this.#adding -= 1;
      if (this.#adding === 0) for (const event of this.#heldBack.splice(0)) this.#hearFiles(event);
    }
  }

  undo(): Promise<void> {
    return this.#retrace('undo');
  }

  redo(): Promise<void> {
    return this.#retrace('redo');
  }

  /** @param expected the step that is meant, in words; where the next one is another, nothing is done */
  async #retrace(direction: Direction, expected?: string | null): Promise<void> {
    const datasetId = this.#choice.dataset?.datasetId;
    if (datasetId === undefined) return;
    await this.#queue(datasetId, async () => {
      // Known only now: the step before this one may have been the last.
      const step = direction === 'undo' ? this.undoable : this.redoable;
      if (step === null || (expected !== undefined && step !== expected)) return;
      await this.#take(
        () => this.#transport.invoke(`dataset.${direction}`, { datasetId }),
        () =>
          direction === 'undo'
            ? { title: words.undone(step), back: 'redo' }
            : { title: words.redone(step), back: 'undo' },
      );
    });
  }

  #queue(datasetId: string, run: () => Promise<void>): Promise<void> {
    const step = this.#last.then(async () => {
      if (this.#choice.dataset?.datasetId === datasetId) await run();
    });
    this.#last = step;
    return step;
  }

  async #take(ask: () => Promise<DatasetView>, told: (dataset: DatasetView) => Told): Promise<void> {
    this.#underWay += 1;
    this.busy = true;
    try {
      const dataset = await ask();
      // Every window is told of it, this one too.
      this.#missed -= 1;
      this.#reading += 1;
      if (this.#adopt(dataset)) this.#tell(told(dataset), dataset);
    } catch (error) {
      this.#notices.fail(error);
    } finally {
      this.#underWay -= 1;
      this.busy = this.#underWay > 0;
      if (!this.busy) {
        if (this.#missed > 0) void this.#readAgain();
        this.#missed = 0;
      }
    }
  }

  #hear(event: DatasetEvent): void {
    switch (event.change) {
      case 'edits':
        if (this.#underWay > 0) this.#missed += 1;
        else void this.#readAgain();
        break;
      case 'files':
        // Told before the answer is there that says which of them are this window's own.
        if (this.#adding > 0) this.#heldBack.push(event);
        else this.#hearFiles(event);
        break;
      case 'measured':
        break;
    }
  }

  #hearFiles(event: FilesEvent): void {
    if (event.datasetId !== this.#choice.dataset?.datasetId) return;
    const own = Math.min(this.#own, event.added);
    this.#own -= own;
    // A notice of what was before stays where there is nothing new to tell.
    if (own < event.added + event.changed + event.moved + event.removed || own === 0) {
      this.#tellFiles({ ...event, added: event.added - own });
    }
    if (event.problem === null) void this.#readAgain();
  }

  /** Another dataset may have been chosen while the answer was awaited. @returns whether it is the one that is shown */
  #adopt(dataset: DatasetView): boolean {
    if (this.#choice.dataset?.datasetId !== dataset.datasetId) return false;
    this.#choice.dataset = dataset;
    this.follow(dataset);
    return true;
  }

  async #readAgain(): Promise<void> {
    const reading = (this.#reading += 1);
    try {
      const { reference } = this.#choice;
      const dataset = await this.#transport.invoke('dataset.open', { dataset: reference });
      if (reading === this.#reading) this.#adopt(dataset);
    } catch (error) {
      if (reading === this.#reading) this.#notices.fail(error);
    }
  }

  /** One notice at a time: each tells of the step before it, too, that it can be taken back. */
  #tell({ title, back }: Told, { datasetId, edits }: DatasetView): void {
    this.#withdraw();
    const step = edits[back];
    const run = (): void => {
      if (this.#choice.dataset?.datasetId === datasetId) void this.#retrace(back, step);
    };
    this.#offer = { id: this.#notices.tell({ title, action: { label: words[back], run } }), back, step };
  }

  #withdraw(): void {
    if (this.#offer !== null) this.#notices.dismiss(this.#offer.id);
    this.#offer = null;
  }

  /** One notice at a time, of how the folder is now; none where it is back as it was. */
  #tellFiles(event: FilesEvent | null): void {
    if (this.#filesNotice !== null) this.#notices.dismiss(this.#filesNotice);
    this.#filesNotice = null;
    if (event === null) return;
    const { changed: title, unusable, counts } = strings.dataset.files;
    const hint = event.problem ?? counts(event);
    if (event.problem !== null) this.#filesNotice = this.#notices.tell({ severity: 'warning', title: unusable, hint });
    else if (hint !== '') this.#filesNotice = this.#notices.tell({ title, hint });
  }
}
