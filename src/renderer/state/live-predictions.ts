import type { Prediction, Transport } from '../../shared/contract/endpoint.ts';
import { newCollection } from '../transport/upload.ts';

/** From the beginning of one picture to that of the next, at least. */
const PERIOD_MILLISECONDS = 500;

interface Told {
  readonly onseen: (prediction: Prediction) => void;
  readonly onproblem: (error: unknown) => void;
}

/**
 * Predicts what a camera sees about twice a second, one picture at a time: a slow machine is asked less often. The pictures
 * take each other's place on the disk.
 */
export class LivePredictions {
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #asked: { readonly runId: string; readonly top: number };
  readonly #picture: () => Promise<Blob | null>;
  readonly #told: Told;
  /** Its own, as several windows may watch at once. */
  readonly #collection = newCollection();
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param picture what is seen now; null before there is anything */
  constructor(
    transport: Pick<Transport, 'invoke'>,
    asked: { readonly runId: string; readonly top: number },
    picture: () => Promise<Blob | null>,
    told: Told,
  ) {
    this.#transport = transport;
    this.#asked = asked;
    this.#picture = picture;
    this.#told = told;
    void this.#look();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const begun = performance.now();
    try {
      const picture = await this.#picture();
      if (picture !== null && this.#isWanted()) await this.#predict(picture);
    } catch (error) {
      if (this.#isWanted()) this.#told.onproblem(error);
      this.end();
      return;
    }
    if (!this.#isWanted()) return;
    const wait = Math.max(0, PERIOD_MILLISECONDS - (performance.now() - begun));
    this.#timer = setTimeout(() => void this.#look(), wait);
  }

  async #predict(picture: Blob): Promise<void> {
    const bytes = new Uint8Array(await picture.arrayBuffer());
    const collection = this.#collection;
    const { file } = await this.#transport.invoke('files.upload', { collection, path: 'live.jpg', bytes });
    const images = [{ grantId: file.grantId }];
    const { predictions } = await this.#transport.invoke('predict', { ...this.#asked, images });
    const [prediction] = predictions;
    if (prediction && this.#isWanted()) this.#told.onseen(prediction);
  }

  // A method, since it may end while an answer is awaited, which the compiler does not see.
  #isWanted(): boolean {
    return !this.#ended;
  }
}
