import type { Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry, FolderListing } from '../../shared/contract/file-entry.ts';

/** A walk through the folders that the host allows, from the list of its roots. */
export class FolderWalk {
  readonly #transport: Pick<Transport, 'invoke'>;
  /** Null until the first has come. */
  listing = $state.raw<FolderListing | null>(null);
  /** The folders from a root to this one; empty at the list of roots. */
  trail = $state.raw<readonly FileEntry[]>([]);
  reading = $state(false);
  problem = $state.raw<unknown>(null);
  #wanted: FileEntry | null = null;
  #asked = 0;

  constructor(transport: Pick<Transport, 'invoke'>) {
    this.#transport = transport;
  }

  /** The folder above this one; null is the list of roots. */
  get above(): FileEntry | null {
    return this.trail.at(-2) ?? null;
  }

  /** Goes to a folder, or with null to the list of roots; the last one asked for wins. */
  async enter(entry: FileEntry | null): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#wanted = entry;
    this.reading = true;
    try {
      const listing = await this.#transport.invoke('files.browse', { grantId: entry?.grantId ?? null });
      if (asked !== this.#asked) return;
      this.listing = listing;
      this.problem = null;
    } catch (problem) {
      if (asked !== this.#asked) return;
      this.problem = problem;
    }
    this.reading = false;
    this.trail = trailTo(this.trail, entry);
  }

  again(): Promise<void> {
    return this.enter(this.#wanted);
  }
}

/** A folder passed before is gone back to; any other lies in the last one. */
function trailTo(trail: readonly FileEntry[], entry: FileEntry | null): readonly FileEntry[] {
  if (entry === null) return [];
  const passed = trail.findIndex(({ grantId }) => grantId === entry.grantId);
  return passed === -1 ? [...trail, entry] : trail.slice(0, passed + 1);
}
