import type { DatasetStructure, ManifestColumns, OpenedStructure } from '../../shared/contract/dataset-structure.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { DatasetReference } from '../../shared/contract/plan-request.ts';
import type { StructureOutline } from '../../shared/contract/structure-outline.ts';

export const STRUCTURE_KINDS = [
  'classFolders',
  'splitFolders',
  'namedFiles',
  'manifest',
  'idx',
  'unlabelled',
] as const satisfies readonly DatasetStructure['kind'][];

/** What many name their files by; shown where the names say no other. */
const USUAL_PATTERN = '{class}.#';

/** While keys follow each other, nothing is asked. */
const PAUSE_MILLISECONDS = 250;

/** A folder whose structure can be named: one that was granted. */
type FolderReference = Extract<DatasetReference, { kind: 'granted' }>;

/** The structure that a person would have a folder opened in, and what it would make of the folder. */
export class StructureChoice {
  kind = $state<DatasetStructure['kind']>('classFolders');
  pattern = $state('');
  file = $state('');
  /** Of a manifest, as they are typed; '' where one is to be recognised. */
  columns = $state({ path: '', label: '', split: '' });
  /** Of what is chosen; the last one stays shown while the next is asked for. */
  outline = $state.raw<StructureOutline | null>(null);
  problem = $state.raw<unknown>(null);
  /** Whether the answer to what is chosen is still to come. */
  asking = $state(false);
  /** The kinds that the folder was recognised to have. */
  readonly fitting: ReadonlySet<DatasetStructure['kind']>;
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #reference: FolderReference;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #taskId: string | null = null;

  constructor(transport: Pick<Transport, 'invoke'>, reference: FolderReference, opened: OpenedStructure) {
    this.#transport = transport;
    this.#reference = reference;
    const known = [opened.structure, ...opened.alternatives];
    this.fitting = new Set(known.map(({ kind }) => kind));
    this.kind = opened.structure.kind;
    this.pattern = known.find((one) => one.kind === 'namedFiles')?.pattern ?? USUAL_PATTERN;
    const manifest = known.find((one) => one.kind === 'manifest');
    this.file = manifest?.file ?? '';
    const { path, label, split } = manifest?.columns ?? {};
    this.columns = { path: path ?? '', label: label ?? '', split: split ?? '' };
  }

  /** As it is chosen; null while a name that it needs is missing. */
  readonly structure = $derived.by((): DatasetStructure | null => {
    switch (this.kind) {
      case 'namedFiles':
        return this.pattern.trim() === '' ? null : { kind: 'namedFiles', pattern: this.pattern.trim() };
      case 'manifest':
        return this.file.trim() === '' ? null : { kind: 'manifest', file: this.file.trim(), ...this.#namedColumns() };
      case 'classFolders':
      case 'splitFolders':
      case 'idx':
      case 'unlabelled':
        return { kind: this.kind };
    }
  });

  #namedColumns(): { columns?: ManifestColumns } {
    const named = (text: string): string | null => (text.trim() === '' ? null : text.trim());
    const { path, label, split } = this.columns;
    if (named(path) === null && named(label) === null && named(split) === null) return {};
    return { columns: { path: named(path), label: named(label), split: named(split) } };
  }

  /** Whether the folder can be opened so. */
  get ready(): boolean {
    return this.structure !== null && !this.asking && this.problem === null && this.outline !== null;
  }

  /** How to open the folder as it is chosen. */
  get reference(): FolderReference | null {
    return this.structure === null ? null : { ...this.#reference, structure: this.structure };
  }

  /** Asks what the choice makes of the folder, once keys have paused. */
  ask(pause: number = PAUSE_MILLISECONDS): void {
    this.end();
    this.problem = null;
    this.asking = this.structure !== null;
    if (this.structure === null) {
      this.outline = null;
      return;
    }
    this.#timer = setTimeout(() => void this.#ask(), pause);
  }

  /** Ends what is under way. */
  end(): void {
    clearTimeout(this.#timer);
    this.asking = false;
    if (this.#taskId === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
    this.#taskId = null;
  }

  async #ask(): Promise<void> {
    const { reference } = this;
    if (reference === null) return;
    const taskId = crypto.randomUUID();
    this.#taskId = taskId;
    try {
      const outline = await this.#transport.invoke('dataset.structure', { dataset: reference, taskId });
      if (this.#isWanted(taskId)) this.outline = outline;
    } catch (problem) {
      if (!this.#isWanted(taskId)) return;
      this.problem = problem;
      this.outline = null;
    } finally {
      if (this.#isWanted(taskId)) {
        this.#taskId = null;
        this.asking = false;
      }
    }
  }

  // A method, since another question may begin while an answer is awaited, which the compiler does not see.
  #isWanted(taskId: string): boolean {
    return this.#taskId === taskId;
  }
}
