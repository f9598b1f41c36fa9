import type { ServedModel } from '../engine/service/served-model.ts';
import type { Prediction } from '../shared/contract/endpoint.ts';
import { RequestRefused } from './model-problem.ts';
import { PredictionQueue } from './prediction-queue.ts';
import type { SentImages } from './sent-images.ts';

/** What the network makes of images that were sent, and how many are at work. */
export class ModelAnswers {
  readonly #images: SentImages;
  readonly #most: number;
  readonly #queue: PredictionQueue;
  #atWork = 0;

  /** @param most so many are answered at once, those that wait included */
  constructor({ predict }: Pick<ServedModel, 'predict'>, images: SentImages, most: number) {
    this.#images = images;
    this.#most = most;
    this.#queue = new PredictionQueue(predict);
  }

  get isFull(): boolean {
    return this.#atWork >= this.#most;
  }

  begin(): void {
    this.#atWork += 1;
  }

  end(): void {
    this.#atWork -= 1;
  }

  /** @throws RequestRefused for what is no image; the signal's reason; what predicting met */
  async of(image: Uint8Array, signal: AbortSignal): Promise<Prediction> {
    return this.#images.during(image, async (file) => {
      const prediction = await this.#queue.ask(file, signal);
      if (prediction.problem === null) return prediction;
      throw new RequestRefused({
        status: 422,
        code: 'image.unreadable',
        message: prediction.problem.replaceAll(file, 'the one that was sent'),
        hint: 'Send another file, or save the image again as JPEG or PNG.',
      });
    });
  }
}
