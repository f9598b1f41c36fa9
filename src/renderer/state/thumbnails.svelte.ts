import type { Transport } from '../../shared/contract/endpoint.ts';
import { Pictures, type PictureListener } from './pictures.ts';

/** The pictures of the whole window, and whether they can still be read. */
export class Thumbnails {
  /** Why pictures cannot be read any more, once several in a row could not: the folder may have gone. */
  gone = $state.raw<unknown>(null);
  readonly #pictures: Pictures;

  constructor(transport: Pick<Transport, 'invoke'>) {
    this.#pictures = new Pictures(transport, { onGone: (problem) => (this.gone = problem) });
  }

  /**
   * Calls back with the picture, at once where it is kept, until the returned function is called.
   *
   * @param size the picture's longer side, in pixels
   */
  want(imageId: string, size: number, listener: PictureListener): () => void {
    return this.#pictures.want(imageId, size, listener);
  }
}
