import type { FileChoiceKind } from '../../shared/contract/bridge.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import type { Host } from '../transport/host.ts';

export type ChoiceKind = 'folder' | FileChoiceKind;

interface Asking {
  readonly kind: ChoiceKind;
  readonly resolve: (entries: readonly FileEntry[]) => void;
}

/** Asks a person for a folder or files: by the system's dialog where there is one, else by the window's own chooser. */
export class FileChoice {
  /** What the window's chooser is open for. */
  asking = $state.raw<Asking | null>(null);
  readonly #host: Pick<Host, 'dialogs'>;

  constructor(host: Pick<Host, 'dialogs'>) {
    this.#host = host;
  }

  /** @returns what was chosen; nothing where the person thought better of it */
  async choose(kind: ChoiceKind): Promise<readonly FileEntry[]> {
    const { dialogs } = this.#host;
    if (dialogs !== null) {
      if (kind !== 'folder') return dialogs.chooseFiles(kind);
      const folder = await dialogs.chooseFolder();
      return folder === null ? [] : [folder];
    }
    this.answer([]);
    return new Promise((resolve) => {
      this.asking = { kind, resolve };
    });
  }

  /** Closes the chooser with what was chosen; with nothing where it was dismissed. */
  answer(entries: readonly FileEntry[]): void {
    const asking = this.asking;
    this.asking = null;
    asking?.resolve(entries);
  }
}
