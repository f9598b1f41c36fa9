import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Dataset } from '../dataset/dataset.ts';
import { fileState, sameState } from '../dataset/examine-file.ts';
import { sameSplit, type SplitOptions } from '../dataset/split/split-images.ts';
import { outlineFeatures, splitOutline, type FeaturesOutline } from '../training/features-file/outline-features.ts';

/** So many are remembered; one that is named again after that is read again. */
const MOST_OPENED = 4;

/** The features files that windows train on, read again only when they have changed. */
export class OpenedFeatures {
  /** By path, those used longest ago first. */
  readonly #outlines = new Map<string, Promise<FeaturesOutline>>();
  readonly #datasets = new WeakMap<FeaturesOutline, { readonly split: SplitOptions; readonly dataset: Dataset }>();
  readonly #ids = new Map<string, string>();

  /** @throws ThawError `features.unreadable`, `dataset.classes` */
  async open(path: string): Promise<FeaturesOutline> {
    const known = await this.#outlines.get(path)?.catch(() => null);
    const found = known && (await stat(path).catch(() => null));
    const isSame = known && found && sameState(fileState(found), known.file);
    return this.#keep(path, isSame ? Promise.resolve(known) : outlineFeatures(path));
  }

  /** @throws ThawError `dataset.images` where that split leaves nothing for validation */
  split(outline: FeaturesOutline, split: SplitOptions): Dataset {
    const known = this.#datasets.get(outline);
    if (known && sameSplit(known.split, split)) return known.dataset;
    const dataset = splitOutline(outline, split);
    this.#datasets.set(outline, { split, dataset });
    return dataset;
  }

  /** The id by which a window knows the file, as long as the engine runs. */
  idOf(path: string): string {
    const id = this.#ids.get(path) ?? randomBytes(12).toString('base64url');
    this.#ids.set(path, id);
    return id;
  }

  has(datasetId: string): boolean {
    return [...this.#ids.values()].includes(datasetId);
  }

  #keep(path: string, outline: Promise<FeaturesOutline>): Promise<FeaturesOutline> {
    this.#outlines.delete(path);
    this.#outlines.set(path, outline);
    const [oldest] = this.#outlines.keys();
    if (this.#outlines.size > MOST_OPENED && oldest !== undefined) this.#outlines.delete(oldest);
    return outline;
  }
}
