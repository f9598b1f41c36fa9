import type { ImageFilter } from '../../shared/contract/dataset-edits.ts';
import type { DatasetView, ImageEntry } from '../../shared/contract/dataset-view.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import { PagedList, type Page } from './paged-list.svelte.ts';

const PAGE = 500;
const MOST_PAGES = 40;
/** As many as one request gives. */
const LARGEST_PAGE = 1000;

/** The images of a dataset that pass a filter, fetched by pages as they are looked at. */
export class ImageList extends PagedList<ImageEntry> {
  readonly datasetId: string;
  filter = $state.raw<ImageFilter>({});
  /** Of the dataset that the filter speaks of: its classes have these places in no other. */
  version: string;
  readonly #transport: Pick<Transport, 'invoke'>;

  constructor(
    transport: Pick<Transport, 'invoke'>,
    { datasetId, version }: Pick<DatasetView, 'datasetId' | 'version'>,
    filter: ImageFilter,
  ) {
    super(PAGE, MOST_PAGES, LARGEST_PAGE);
    this.#transport = transport;
    this.datasetId = datasetId;
    this.version = version;
    this.filter = filter;
    this.need(0, 1);
  }

  /**
   * Asks again for what is in sight, as the images may have changed; what was there is shown until then.
   *
   * @param version of the dataset as it is now
   * @param filter lets the same images pass, said otherwise
   */
  async reload(version: string, filter = this.filter): Promise<void> {
    this.version = version;
    this.filter = filter;
    await this.readAgain();
  }

  /** Where an image stands, of those held. */
  placeOf(imageId: string): number | null {
    return this.placeWhere((image) => image.imageId === imageId);
  }

  /**
   * The ids of the images from `first` up to, not including, `end`, whether their pages are held or not.
   *
   * @param isWanted asked before each request: where they are no longer wanted, those so far are given
   * @throws what the request throws
   */
  async ids(first: number, end: number, isWanted?: () => boolean): Promise<string[]> {
    const images = await this.read(first, end, isWanted);
    return images.map(({ imageId }) => imageId);
  }

  protected async ask(offset: number, limit: number): Promise<Page<ImageEntry>> {
    const request = { datasetId: this.datasetId, offset, limit, ...this.filter };
    const { total, images } = await this.#transport.invoke('dataset.images', request);
    return { total, entries: images };
  }
}
