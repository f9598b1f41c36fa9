import { saveFile } from '../charts/chart-export.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { Exported, ExportRequest, Imported } from '../../shared/contract/run-exchange.ts';
import { runExchange as words } from '../strings/run-exchange.ts';
import type { Workbench } from './workbench.svelte.ts';

type WhatToExport = Pick<ExportRequest, 'format' | 'metrics'>;

/** Brings runs out of the window as files that the person saves, and in from files that they chose. */
export class RunExchange {
  /** Whether a file is being written or read. */
  busy = $state(false);
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  /** Writes runs in a format and hands the file to the person. */
  export(runIds: readonly string[], what: WhatToExport): Promise<void> {
    return this.#hand(() =>
      this.#workbench.invoke('runs.export', { runIds: [...runIds], ...what, output: { kind: 'fetched' } }),
    );
  }

  /** Writes a report of a run, or of several side by side, and hands it to the person. */
  report(runIds: readonly string[]): Promise<void> {
    return this.#hand(() =>
      this.#workbench.invoke('runs.report', { runIds: [...runIds], output: { kind: 'fetched' } }),
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
    this.busy = true;
    try {
      this.#tell(await this.#workbench.invoke('runs.import', { file: { kind: 'granted', grantId } }));
    } catch (error) {
      this.#workbench.notices.fail(error);
    } finally {
      this.busy = false;
    }
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

  /** Fetches what was written, piece by piece: what is saved need not fit into one message. */
  async #hand(write: () => Promise<Exported>): Promise<void> {
    this.busy = true;
    try {
      const { name, grantId, warnings } = await write();
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      let offset = 0;
      for (let last = grantId === null; !last && grantId !== null;) {
        const piece = await this.#workbench.invoke('files.read', { grantId, offset });
        pieces.push(new Uint8Array(piece.bytes));
        offset += piece.bytes.length;
        ({ last } = piece);
      }
      saveFile(new Blob(pieces), name);
      for (const title of warnings) this.#workbench.notices.tell({ severity: 'warning', title });
    } catch (error) {
      this.#workbench.notices.fail(error);
    } finally {
      this.busy = false;
    }
  }
}
