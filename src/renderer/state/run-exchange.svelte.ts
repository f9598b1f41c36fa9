import { saveFile } from '../charts/chart-export.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { Exported, ExportRequest, Imported } from '../../shared/contract/run-exchange.ts';
import { runExchange as words } from '../strings/run-exchange.ts';
import { fetchFile } from './fetch-file.ts';
import type { Workbench } from './workbench.svelte.ts';

type WhatToExport = Pick<ExportRequest, 'format' | 'metrics'>;

/** Brings runs out of the window as files that the person saves, and in from files that they chose. */
export class RunExchange {
  /** Whether a file is being written or read. */
  busy = $state(false);
  readonly #workbench: Workbench;
  #taskId: string | null = null;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  /** Writes runs in a format and hands the file to the person. */
  export(runIds: readonly string[], what: WhatToExport): Promise<void> {
    return this.#hand((taskId) =>
      this.#workbench.invoke('runs.export', { runIds: [...runIds], ...what, output: { kind: 'fetched' }, taskId }),
    );
  }

  /** Ends what is being written or read. */
  cancel(): void {
    if (this.#taskId === null) return;
    void this.#workbench.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
    this.#taskId = null;
  }

  /** Writes a report of a run, or of several side by side, and hands it to the person. */
  report(runIds: readonly string[]): Promise<void> {
    return this.#hand((taskId) =>
      this.#workbench.invoke('runs.report', { runIds: [...runIds], output: { kind: 'fetched' }, taskId }),
    );
  }

  /** Asks for a file and takes in what is in it. */
  async chooseAndImport(): Promise<void> {
    try {
      const [chosen] = await this.#workbench.files.choose('runs');
      if (chosen) await this.import(chosen);
    } catch (error) {
      this.#workbench.notices.fail(error);
    }
  }

  /** Takes in the runs of a file, and says what became of them. */
  async import({ grantId }: Pick<FileEntry, 'grantId'>): Promise<void> {
    const taskId = this.#begin();
    try {
      this.#tell(await this.#workbench.invoke('runs.import', { file: { kind: 'granted', grantId }, taskId }));
    } catch (error) {
      this.#workbench.notices.fail(error);
    } finally {
      this.#end();
    }
  }

  #begin(): string {
    const taskId = crypto.randomUUID();
    this.#taskId = taskId;
    this.busy = true;
    return taskId;
  }

  #end(): void {
    this.#taskId = null;
    this.busy = false;
  }

  #tell({ runs, warnings }: Imported): void {
    const { notices, navigation } = this.#workbench;
    const [first] = runs;
    for (const title of warnings) notices.tell({ severity: 'warning', title });
    if (!first) return;
    const arrived = runs.filter(({ outcome }) => outcome === 'imported');
    const { runId, name, formerId } = arrived[0] ?? first;
    const renamed = formerId === null ? '' : words.renamed(formerId);
    notices.tell({
      title: arrived.length > 0 ? words.imported(arrived.length, name) : words.known(name),
      hint: arrived.length > 0 ? renamed : words.knownHint,
      action: { label: words.show, run: () => navigation.go('runs', runId) },
    });
    navigation.go('runs');
  }

  /** Fetches what was written, and saves it. */
  async #hand(write: (taskId: string) => Promise<Exported>): Promise<void> {
    const taskId = this.#begin();
    try {
      const { name, grantId, warnings } = await write(taskId);
      const { transport } = this.#workbench.host;
      const file = grantId === null ? null : await fetchFile(transport, grantId, () => this.#taskId === taskId);
      // Cancelled while it was fetched.
      if (file === null) return;
      saveFile(file, name);
      for (const title of warnings) this.#workbench.notices.tell({ severity: 'warning', title });
    } catch (error) {
      this.#workbench.notices.fail(error);
    } finally {
      this.#end();
    }
  }
}
