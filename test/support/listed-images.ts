import type { DatasetEvent } from '../../src/shared/contract/dataset-event.ts';
import type { ImageEntry } from '../../src/shared/contract/dataset-view.ts';
import type { Request, Transport } from '../../src/shared/contract/endpoint.ts';

/** Images as an engine would list them, and what it was asked. */
export class ListedImages implements Pick<Transport, 'invoke' | 'subscribe'> {
  /** `image-0`, `image-1` and so on. */
  total: number;
  readonly asked: Request<'dataset.images'>[] = [];
  /** What the next requests fail with. */
  failure: Error | null = null;
  /** Tells the window what became of a dataset. */
  tell: (event: DatasetEvent) => void = () => undefined;

  constructor(total: number) {
    this.total = total;
  }

  readonly subscribe = ((_: string, listener: (event: DatasetEvent) => void) => {
    this.tell = listener;
    return () => undefined;
  }) as Transport['subscribe'];

  readonly invoke = (async (name: string, request: Request<'dataset.images'>) => {
    if (name !== 'dataset.images') throw new Error(`an engine that lists images was asked for ${name}`);
    this.asked.push(request);
    await Promise.resolve();
    if (this.failure !== null) throw this.failure;
    const end = Math.min(this.total, request.offset + request.limit);
    const images: ImageEntry[] = [];
    for (let place = request.offset; place < end; place += 1) images.push(listedImage(place));
    return { total: this.total, images };
  }) as Transport['invoke'];
}

export function listedImage(place: number, change: Partial<ImageEntry> = {}): ImageEntry {
  return {
    imageId: `image-${place}`,
    path: `a/${place}.png`,
    classIndex: 0,
    split: 'train',
    bytes: 1,
    excluded: false,
    tags: [],
    originalClass: null,
    decidedClass: null,
    edited: false,
    ...change,
  };
}

/** Until everything that waits for an answer of `ListedImages` has it. */
export function answered(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
