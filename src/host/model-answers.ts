import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ServedModel } from '../engine/service/served-model.ts';
import type { Prediction, Request, Transport } from '../shared/contract/endpoint.ts';
import { RequestRefused } from './model-problem.ts';
import { PredictionQueue } from './prediction-queue.ts';

/** So many are told of an image. */
export const MOST_CLASSES = 1000;

interface Answering {
  readonly transport: Transport;
  readonly model: ServedModel;
  readonly precision?: Request<'predict'>['precision'];
}

/** What the network makes of an image that was sent: it is written to a file of its own for as long as that takes. */
export class ModelAnswers {
  readonly #folder: string;
  readonly #most: number;
  readonly #queue: PredictionQueue;
  #files = 0;
  #atWork = 0;

  /**
   * @param place.folder where the files lie
   * @param place.most so many are answered at once, those that wait included
   */
  constructor(
    { transport, model, precision }: Answering,
    { folder, most }: { readonly folder: string; readonly most: number },
  ) {
    this.#folder = folder;
    this.#most = most;
    this.#queue = new PredictionQueue(async (files) => {
      const { runId, checkpoint } = model;
      const images = [...files];
      const asked = { runId, checkpoint, precision, images, top: Math.min(MOST_CLASSES, model.classes.length) };
      return (await transport.invoke('predict', asked)).predictions;
    });
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

  /** @throws RequestRefused for what is no image, and after too long; what predicting met */
  async of(image: Uint8Array, signal: AbortSignal): Promise<Prediction> {
    const file = path.join(this.#folder, `image-${(this.#files += 1)}`);
    try {
      await writeFile(file, image, { flag: 'wx', mode: 0o600 });
      const prediction = await this.#queue.ask(file, signal);
      if (prediction.problem === null) return prediction;
      throw new RequestRefused({
        status: 422,
        code: 'image.unreadable',
        message: prediction.problem.replaceAll(file, 'the one that was sent'),
        hint: 'Send another file, or save the image again as JPEG or PNG.',
      });
    } finally {
      await rm(file, { force: true });
    }
  }
}
