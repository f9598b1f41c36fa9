import type { Transport } from '../../shared/contract/endpoint.ts';
import {
  MOST_EVALUATED_SHOWN,
  type EvaluatedImage,
  type EvaluatedImagesRequest,
} from '../../shared/contract/evaluate.ts';
import { PagedList, type Page } from './paged-list.svelte.ts';

const PAGE = 100;
const MOST_PAGES = 40;

/** Which images of an evaluation are meant, and in what order. */
export type EvaluatedListing = Omit<EvaluatedImagesRequest, 'offset' | 'limit' | 'pictures'>;

/** Images of an evaluation with what was made of them, fetched by pages as they are looked at. */
export class EvaluatedImages extends PagedList<EvaluatedImage> {
  /** Of the opened dataset that the pictures are of; null where none was opened. */
  datasetId = $state<string | null>(null);
  readonly listing: EvaluatedListing;
  readonly #transport: Pick<Transport, 'invoke'>;

  constructor(transport: Pick<Transport, 'invoke'>, listing: EvaluatedListing) {
    super(PAGE, MOST_PAGES, MOST_EVALUATED_SHOWN);
    this.#transport = transport;
    this.listing = listing;
  }

  protected async ask(offset: number, limit: number): Promise<Page<EvaluatedImage>> {
    const request = { ...this.listing, pictures: true, offset, limit };
    const { total, datasetId, images } = await this.#transport.invoke('evaluations.images', request);
    this.datasetId = datasetId;
    return { total, entries: images };
  }
}
