import type { ActivationsSource } from '../../shared/contract/activations.ts';
import type { ImageEntry } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { LARGEST_MAP, MOST_MAPS, type LayerMaps } from '../../shared/contract/layer-maps.ts';

/** Whose layer is looked at, and with an image of which dataset, or with which image. */
export type MapsAsked = {
  readonly source: ActivationsSource;
  readonly layer: string;
} & ({ readonly datasetId: string } | { readonly imageId: string });

const datasetOf = (asked: MapsAsked | null): string | null =>
  asked !== null && 'datasetId' in asked ? asked.datasetId : null;

/** What a layer makes of an image, or of one of a dataset's, a page of channels at a time; a newer request ends the one before. */
export class LayerMapsController {
  shown = $state.raw<LayerMaps | null>(null);
  problem = $state.raw<unknown>(null);
  loading = $state(false);
  /** The image that is looked at, and its place among the dataset's. */
  image = $state.raw<ImageEntry | null>(null);
  place = $state(0);
  images = $state(0);
  readonly #transport: Pick<Transport, 'invoke'>;
  #asked: MapsAsked | null = null;
  #offset = 0;
  #taskId: string | null = null;

  constructor(transport: Pick<Transport, 'invoke'>) {
    this.#transport = transport;
  }

  /** Looks at another layer, or at the same of other weights, from its first channel; the image stays. */
  async show(asked: MapsAsked): Promise<void> {
    if (datasetOf(asked) !== datasetOf(this.#asked)) {
      this.image = null;
      this.place = 0;
    }
    if (asked.layer !== this.#asked?.layer) this.shown = null;
    this.#asked = asked;
    this.#offset = 0;
    await this.#load();
  }

  /** Goes on to another image; what is shown stays until the next is there. */
  async showImage(place: number): Promise<void> {
    if (place < 0 || place >= this.images || place === this.place) return;
    this.place = place;
    this.image = null;
    await this.#load();
  }

  /** Turns to the page that begins with a channel. */
  async showChannels(offset: number): Promise<void> {
    this.#offset = offset;
    await this.#load();
  }

  again(): Promise<void> {
    return this.#load();
  }

  /** Ends what is under way: nobody looks any more. */
  cancel(): void {
    if (this.#taskId === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
    this.#taskId = null;
    this.loading = false;
  }

  async #load(): Promise<void> {
    this.cancel();
    const asked = this.#asked;
    if (asked === null) return;
    const taskId = crypto.randomUUID();
    this.#taskId = taskId;
    this.loading = true;
    this.problem = null;
    try {
      const imageId = 'imageId' in asked ? asked.imageId : await this.#idIn(asked.datasetId, taskId);
      if (imageId === null) return;
      const { source, layer } = asked;
      const shown = await this.#transport.invoke('activations.maps', {
        source,
        layer,
        image: { imageId },
        offset: this.#offset,
        limit: MOST_MAPS,
        size: LARGEST_MAP,
        taskId,
      });
      if (this.#isWanted(taskId)) this.shown = shown;
    } catch (problem) {
      if (!this.#isWanted(taskId)) return;
      this.problem = problem;
      this.shown = null;
    } finally {
      if (this.#isWanted(taskId)) {
        this.#taskId = null;
        this.loading = false;
      }
    }
  }

  /** @returns null where the dataset has no image there, or nobody wants it any more */
  async #idIn(datasetId: string, taskId: string): Promise<string | null> {
    const image = this.image ?? (await this.#find(datasetId));
    if (!this.#isWanted(taskId)) return null;
    this.image = image;
    return image?.imageId ?? null;
  }

  async #find(datasetId: string): Promise<ImageEntry | null> {
    const { total, images } = await this.#transport.invoke('dataset.images', {
      datasetId,
      offset: this.place,
      limit: 1,
    });
    this.images = total;
    return images[0] ?? null;
  }

  // A method, since another request may begin while an answer is awaited, which the compiler does not see.
  #isWanted(taskId: string): boolean {
    return this.#taskId === taskId;
  }
}
