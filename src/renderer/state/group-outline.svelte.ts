import type { Transport } from '../../shared/contract/endpoint.ts';
import type { GroupOutline } from '../../shared/contract/structure-outline.ts';

/** While keys follow each other, nothing is asked. */
const PAUSE_MILLISECONDS = 250;

/** What a pattern keeps together of a dataset's images, asked for as it is typed. */
export class GroupOutlineController {
  /** null while nothing is known: no pattern, or one that is none, which the plan's own problems tell. */
  outline = $state.raw<GroupOutline | null>(null);
  asking = $state(false);
  readonly #transport: Pick<Transport, 'invoke'>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(transport: Pick<Transport, 'invoke'>) {
    this.#transport = transport;
  }

  /** @param datasetId null while no dataset is open */
  ask(datasetId: string | null, typed: string, pause: number = PAUSE_MILLISECONDS): void {
    this.end();
    const pattern = typed.trim();
    if (pattern === '' || datasetId === null) {
      this.outline = null;
      return;
    }
    this.asking = true;
    const asked = this.#asked;
    this.#timer = setTimeout(() => void this.#ask(datasetId, pattern, asked), pause);
  }

  /** What was asked for is no longer wanted. */
  end(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.asking = false;
  }

  async #ask(datasetId: string, pattern: string, asked: number): Promise<void> {
    const outline = await this.#transport.invoke('dataset.groups', { datasetId, pattern }).catch(() => null);
    if (asked !== this.#asked) return;
    this.outline = outline;
    this.asking = false;
  }
}
