import type { Transport } from '../../shared/contract/endpoint.ts';
import type { ImageInspection } from '../../shared/contract/image-inspection.ts';

/** Who goes through images by holding a key looks at none of them. */
const SETTLED_MILLISECONDS = 120;
const MOST_KEPT = 50;

/** What is known of the image that is looked at; the last ones are kept, so that going back shows them at once. */
export class ImageInspector {
  shown = $state.raw<ImageInspection | null>(null);
  problem = $state.raw<unknown>(null);
  loading = $state(false);
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #kept = new Map<string, ImageInspection>();
  #imageId: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Pick<Transport, 'invoke'>) {
    this.#transport = transport;
  }

  /** Looks at an image, or at none; what was shown stays until the next is there. */
  show(imageId: string | null): void {
    clearTimeout(this.#timer);
    this.#imageId = imageId;
    this.problem = null;
    const kept = imageId === null ? null : this.#kept.get(imageId);
    this.loading = kept === undefined;
    if (kept !== undefined) this.shown = kept;
    else this.#timer = setTimeout(() => void this.#load(false), SETTLED_MILLISECONDS);
  }

  again(): Promise<void> {
    return this.#load(false);
  }

  /** Asks where the image was taken, which is told to nobody who does not ask. */
  showLocation(): Promise<void> {
    return this.#load(true);
  }

  async #load(withLocation: boolean): Promise<void> {
    const imageId = this.#imageId;
    if (imageId === null) return;
    this.loading = true;
    this.problem = null;
    try {
      const found = await this.#transport.invoke('image.inspect', { imageId, withLocation });
      this.#keep(found);
      if (this.#isWanted(imageId)) this.shown = found;
    } catch (problem) {
      if (!this.#isWanted(imageId)) return;
      this.problem = problem;
      this.shown = null;
    } finally {
      if (this.#isWanted(imageId)) this.loading = false;
    }
  }

  #keep(inspection: ImageInspection): void {
    this.#kept.set(inspection.imageId, inspection);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  // A method, since another image may be looked at while an answer is awaited, which the compiler does not see.
  #isWanted(imageId: string): boolean {
    return this.#imageId === imageId;
  }
}
