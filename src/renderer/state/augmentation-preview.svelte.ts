import type { AugmentationRequest } from '../../shared/contract/augmentation.ts';
import type { AugmentationPreview } from '../../shared/contract/augmentation-preview.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';

/** What augmentation is shown of. */
export interface PreviewAsked {
  readonly datasetId: string;
  readonly network: string;
  readonly preprocessing: TrainingPlanRequest['preprocessing'];
  readonly augmentation: AugmentationRequest | null;
  readonly seed: number;
}

/** So many images, from all over the training images, each so many times. */
export const PREVIEWED_IMAGES = 3;
export const PREVIEWS = 3;

const CHANNELS = 3;
const OPAQUE = 255;

/** Red, green and blue as a canvas takes them. @param at the place of the picture among `pixels` */
export function opaquePixels(
  pixels: Uint8Array,
  at: number,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8ClampedArray<ArrayBuffer> {
  const places = width * height;
  const drawn = new Uint8ClampedArray(4 * places).fill(OPAQUE);
  for (let place = 0; place < places; place += 1) {
    const from = (at * places + place) * CHANNELS;
    drawn.set(pixels.subarray(from, from + CHANNELS), 4 * place);
  }
  return drawn;
}

/** Shows what a run would be shown; a newer request ends the one before, whose pictures stay until the next are there. */
export class AugmentationPreviewController {
  shown = $state.raw<AugmentationPreview | null>(null);
  problem = $state.raw<unknown>(null);
  loading = $state(false);
  readonly #transport: Pick<Transport, 'invoke'>;
  #images: { readonly datasetId: string; readonly ids: readonly string[] } | null = null;
  #taskId: string | null = null;

  constructor(transport: Pick<Transport, 'invoke'>) {
    this.#transport = transport;
  }

  async show({ datasetId, ...asked }: PreviewAsked): Promise<void> {
    this.cancel();
    const taskId = crypto.randomUUID();
    this.#taskId = taskId;
    this.loading = true;
    this.problem = null;
    try {
      if (this.#images?.datasetId !== datasetId) this.#images = { datasetId, ids: await this.#find(datasetId) };
      if (!this.#isWanted(taskId)) return;
      const images = this.#images.ids.map((imageId) => ({ imageId }));
      const request = { ...asked, images, count: PREVIEWS, taskId };
      const shown = images.length === 0 ? null : await this.#transport.invoke('augmentation.preview', request);
      if (this.#isWanted(taskId)) this.shown = shown;
    } catch (problem) {
      // An image that was changed has another id since: they are found anew.
      this.#images = null;
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

  /** Ends what is under way: nobody looks any more. */
  cancel(): void {
    if (this.#taskId === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
    this.#taskId = null;
    this.loading = false;
  }

  async #find(datasetId: string): Promise<readonly string[]> {
    const page = (offset: number) =>
      this.#transport.invoke('dataset.images', { datasetId, split: 'train', offset, limit: 1 });
    const { total, images } = await page(0);
    const places = Array.from({ length: PREVIEWED_IMAGES }, (_, index) =>
      Math.floor((index * total) / PREVIEWED_IMAGES),
    );
    const others = await Promise.all([...new Set(places.slice(1))].filter((place) => place > 0).map(page));
    return [...images, ...others.flatMap((one) => one.images)].map(({ imageId }) => imageId);
  }

  // A method, since another request may begin while an answer is awaited, which the compiler does not see.
  #isWanted(taskId: string): boolean {
    return this.#taskId === taskId;
  }
}
