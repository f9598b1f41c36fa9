import type { ImageBytes } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { RecentFirst } from './recent-first.ts';

/** A picture that an `img` can show; `width` and `height` are those of the file, in pixels. */
export interface Picture {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** Exactly one of the two is given. */
export type PictureListener = (picture: Picture | null, problem: unknown) => void;

/** How bytes become something to show; `release` is called once for each, when it is no longer kept. */
export interface PictureMaker {
  readonly make: (image: ImageBytes) => string;
  readonly release: (url: string) => void;
}

export interface PictureOptions {
  readonly onGone: (problem: unknown) => void;
  readonly maker?: PictureMaker;
  /** Bytes of encoded pictures that are kept. */
  readonly capacity?: number;
}

const blobUrls: PictureMaker = {
  make: ({ bytes, mediaType }) => URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: mediaType })),
  release: (url) => {
    URL.revokeObjectURL(url);
  },
};

type Stage = 'waiting' | 'underWay' | 'kept';

interface Wanted {
  readonly key: string;
  readonly imageId: string;
  readonly size: number;
  readonly listeners: Set<PictureListener>;
  /** The others that came into view in the same turn. */
  readonly turn: Set<Wanted>;
  stage: Stage;
}

/** Requests under way at once: enough to keep the engine's decoders busy, few enough that what is seen now comes next. */
const AT_ONCE = 12;
/** Bytes of encoded pictures kept; thousands of thumbnails. */
const KEPT = 96_000_000;
/** So many failures in a row are no longer single files. */
const GONE_AFTER = 4;

/**
 * Pictures by image id, for what can be seen: what came into view last is asked for first, what has left it again is
 * not asked for, and pictures seen before are kept as long as there is room.
 */
export class Pictures {
  #failures = 0;
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #maker: PictureMaker;
  readonly #onGone: (problem: unknown) => void;
  readonly #kept: RecentFirst<Picture>;
  readonly #wanted = new Map<string, Wanted>();
  /** What waits, by the turn in which it came into view: the newest turn is served first, from its top. */
  readonly #turns: Set<Wanted>[] = [];
  #turn: Set<Wanted> | null = null;
  #underWay = 0;

  /** @param onGone told why, once several pictures in a row could not be read, and null once one can again */
  constructor(transport: Pick<Transport, 'invoke'>, options: PictureOptions) {
    const { maker = blobUrls, capacity = KEPT, onGone } = options;
    this.#transport = transport;
    this.#maker = maker;
    this.#onGone = onGone;
    this.#kept = new RecentFirst(capacity, ({ url }) => {
      maker.release(url);
    });
  }

  /**
   * Calls back with the picture, at once where it is kept, until the returned function is called.
   *
   * @param size the picture's longer side, in pixels
   */
  want(imageId: string, size: number, listener: PictureListener): () => void {
    const key = `${size}/${imageId}`;
    const wanted = this.#wanted.get(key) ?? this.#add(key, imageId, size);
    wanted.listeners.add(listener);
    const kept = wanted.stage === 'kept' ? this.#kept.get(key) : undefined;
    if (kept !== undefined) listener(kept, null);
    return () => {
      wanted.listeners.delete(listener);
      // What is under way stays known, so that nobody asks for it a second time.
      if (wanted.listeners.size === 0 && wanted.stage !== 'underWay') this.#forget(wanted);
    };
  }

  #add(key: string, imageId: string, size: number): Wanted {
    const kept = this.#kept.get(key) !== undefined;
    const wanted: Wanted = {
      key,
      imageId,
      size,
      listeners: new Set(),
      turn: this.#openTurn(),
      stage: kept ? 'kept' : 'waiting',
    };
    this.#wanted.set(key, wanted);
    if (!kept) wanted.turn.add(wanted);
    return wanted;
  }

  #forget(wanted: Wanted): void {
    wanted.turn.delete(wanted);
    if (this.#wanted.get(wanted.key) === wanted) this.#wanted.delete(wanted.key);
  }

  /** Ends after the microtasks of now, so that a whole screen of cells is known before the first is asked for. */
  #openTurn(): Set<Wanted> {
    if (this.#turn !== null) return this.#turn;
    const turn = new Set<Wanted>();
    this.#turn = turn;
    this.#turns.push(turn);
    queueMicrotask(() => {
      this.#turn = null;
      this.#askNext();
    });
    return turn;
  }

  #nextWaiting(): Wanted | null {
    for (let turn = this.#turns.at(-1); turn !== undefined; turn = this.#turns.at(-1)) {
      for (const wanted of turn) {
        turn.delete(wanted);
        return wanted;
      }
      this.#turns.pop();
    }
    return null;
  }

  #askNext(): void {
    while (this.#underWay < AT_ONCE) {
      const wanted = this.#nextWaiting();
      if (wanted === null) return;
      void this.#ask(wanted);
    }
  }

  async #ask(wanted: Wanted): Promise<void> {
    wanted.stage = 'underWay';
    this.#underWay += 1;
    try {
      const { key, imageId, size } = wanted;
      const image = await this.#transport.invoke('image.bytes', { imageId, size });
      const picture = { url: this.#maker.make(image), width: image.width, height: image.height };
      this.#kept.add(key, picture, image.bytes.byteLength, (other) => this.#wanted.has(other));
      wanted.stage = 'kept';
      if (this.#failures >= GONE_AFTER) this.#onGone(null);
      this.#failures = 0;
      for (const listener of wanted.listeners) listener(picture, null);
    } catch (problem) {
      // Forgotten first, so that wanting it once more asks once more.
      this.#forget(wanted);
      this.#failures += 1;
      if (this.#failures >= GONE_AFTER) this.#onGone(problem);
      for (const listener of wanted.listeners) listener(null, problem);
    } finally {
      this.#underWay -= 1;
      if (wanted.listeners.size === 0) this.#forget(wanted);
      this.#askNext();
    }
  }
}
