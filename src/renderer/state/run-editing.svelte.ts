import type { RunEdit } from '../../shared/contract/run-edit.ts';
import type { RunRow } from '../../shared/contract/run-list.ts';
import { runTable } from '../strings/run-table.ts';
import type { RunsController } from './runs.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

const words = runTable.actions;

/** What is being asked of a person about runs. */
export type RunDialog =
  | { readonly kind: 'rename' | 'note'; readonly run: RunRow }
  | { readonly kind: 'tag'; readonly runIds: readonly string[] }
  | { readonly kind: 'emptyTrash' };

/** What a key or a menu does with runs. */
export type RunAct = 'star' | 'tag' | 'note' | 'rename' | 'archive' | 'trash' | 'compare';

const idsOf = (runs: readonly RunRow[]): string[] => runs.map(({ runId }) => runId);

/** What a person makes of runs: names, tags, notes, stars, and where they lie. What the engine refuses is a notice. */
export class RunEditing {
  dialog = $state.raw<RunDialog | null>(null);
  readonly #workbench: Workbench;
  readonly #runs: RunsController;

  constructor(workbench: Workbench, runs: RunsController) {
    this.#workbench = workbench;
    this.#runs = runs;
  }

  /** Does with runs what a key asks for; what is for one run alone is not done with several. */
  act(act: RunAct, runs: readonly RunRow[], compare: (runs: readonly RunRow[]) => void): void {
    const [first] = runs;
    if (first === undefined) return;
    const single = runs.length === 1;
    switch (act) {
      case 'star':
        void this.toggleStar(runs);
        break;
      case 'tag':
        this.dialog = { kind: 'tag', runIds: idsOf(runs) };
        break;
      case 'note':
      case 'rename':
        if (single) this.dialog = { kind: act, run: first };
        break;
      case 'archive':
        if (runs.every(({ trashedAt }) => trashedAt === null)) {
          void this.archive(runs, !runs.every(({ archivedAt }) => archivedAt !== null));
        }
        break;
      case 'trash':
        if (runs.every(({ trashedAt }) => trashedAt === null)) void this.trash(runs);
        break;
      case 'compare':
        compare(runs);
        break;
    }
  }

  /** @returns whether it was done */
  async change(runIds: readonly string[], change: RunEdit['change']): Promise<boolean> {
    return this.#do(() => this.#workbench.invoke('runs.edit', { runIds: [...runIds], change }));
  }

  /** Stars all of them; takes the star from them where all have one. */
  async toggleStar(runs: readonly RunRow[]): Promise<void> {
    await this.change(idsOf(runs), { starred: !runs.every(({ starred }) => starred) });
  }

  async archive(runs: readonly RunRow[], archived: boolean): Promise<void> {
    const runIds = idsOf(runs);
    if (!(await this.change(runIds, { archived }))) return;
    this.#leave(runIds);
    const title = archived ? words.archived(runIds.length) : words.unarchived(runIds.length);
    this.#offerUndo(title, () => this.change(runIds, { archived: !archived }));
  }

  async trash(runs: readonly RunRow[]): Promise<void> {
    const runIds = idsOf(runs);
    if (!(await this.#do(() => this.#workbench.invoke('runs.trash', { runIds })))) return;
    this.#leave(runIds);
    this.#offerUndo(words.trashed(runIds.length), () =>
      this.#do(() => this.#workbench.invoke('runs.restore', { runIds })),
    );
  }

  async restore(runs: readonly RunRow[]): Promise<void> {
    const runIds = idsOf(runs);
    if (!(await this.#do(() => this.#workbench.invoke('runs.restore', { runIds })))) return;
    this.#leave(runIds);
    this.#workbench.notices.tell({ title: words.restored(runIds.length) });
  }

  /** Deletes what is in the trash for good. */
  async emptyTrash(): Promise<void> {
    await this.#do(async () => {
      const { removed, bytes, problems } = await this.#workbench.invoke('runs.emptyTrash', {});
      const [problem] = problems;
      this.#workbench.notices.tell({
        title: runTable.dialogs.emptied(removed.length, bytes),
        ...(problem === undefined
          ? {}
          : {
              severity: 'warning',
              hint: runTable.dialogs.notEmptied(problems.length, problem.problem),
              details: problems.map((told) => `${told.runId}: ${told.problem}`).join('\n'),
            }),
      });
    });
  }

  #offerUndo(title: string, undo: () => Promise<boolean>): void {
    this.#workbench.notices.tell({ title, action: { label: words.undo, run: () => void undo() } });
  }

  /** They are on another shelf now. */
  #leave(runIds: readonly string[]): void {
    this.#runs.selection.refresh([], new Set(runIds));
  }

  async #do(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      // The engine tells of changes as well, but later.
      await this.#runs.load();
      return true;
    } catch (error) {
      this.#workbench.notices.fail(error);
      return false;
    }
  }
}
