import { healthFindings, type ExaminedImage, type PlainFinding } from '../dataset/health/findings.ts';
import type { AlikePair, Measured } from '../dataset/health/measures.ts';
import type { OpenedDataset } from './datasets.ts';

/** As many datasets as are held in memory. */
const MOST_INSPECTED = 8;

interface Inspection {
  /** By content hash. */
  readonly measured: ReadonlyMap<string, Measured>;
  readonly alike: readonly (AlikePair & {
    readonly paths: readonly [string, string];
    /** SHA-256 of the two files as they were looked at. */
    readonly contents: readonly [string, string];
  })[];
}

/** The images of a dataset that were looked at, as they stand now. */
export function examinedImages(
  { images, content }: Pick<OpenedDataset, 'images' | 'content'>,
  measured: (contentHash: string) => Measured | undefined,
): readonly ExaminedImage[] {
  return images.flatMap(({ imageId, image }) => {
    const own = measured(image.contentHash);
    if (!own) return [];
    const { path, split, contentHash } = image;
    return [{ imageId, path, className: content.classes[image.label] ?? null, split, contentHash, measured: own }];
  });
}

/** What was last seen of the images of each dataset, so that what it comes to is told anew after an edit without looking again. */
export class Inspected {
  readonly #inspections = new Map<string, Inspection>();
  /** What it came to, for as long as the dataset stands so. */
  readonly #found = new WeakMap<
    OpenedDataset,
    { readonly inspection: Inspection; readonly findings: readonly PlainFinding[] }
  >();

  keep(datasetId: string, examined: readonly ExaminedImage[], alike: readonly AlikePair[]): void {
    this.#inspections.delete(datasetId);
    this.#inspections.set(datasetId, {
      measured: new Map(examined.map(({ contentHash, measured }) => [contentHash, measured])),
      alike: alike.flatMap((pair) => {
        const [first, second] = [examined[pair.first], examined[pair.second]];
        if (!first || !second) return [];
        const contents = [first.contentHash, second.contentHash] as const;
        return [{ ...pair, paths: [first.path, second.path] as const, contents }];
      }),
    });
    const [oldest] = this.#inspections.keys();
    if (this.#inspections.size > MOST_INSPECTED && oldest !== undefined) this.#inspections.delete(oldest);
  }

  /** The paths of images that show the same; null where the dataset was not looked at. The same list until it is again. */
  alike(datasetId: string): Inspection['alike'] | null {
    return this.#inspections.get(datasetId)?.alike ?? null;
  }

  /** What may be wrong with a dataset as it stands now; null where it was not looked at. The same list until either changes. */
  findings(opened: OpenedDataset): readonly PlainFinding[] | null {
    const inspection = this.#inspections.get(opened.datasetId);
    if (!inspection) return null;
    const before = this.#found.get(opened);
    if (before?.inspection === inspection) return before.findings;
    const examined = examinedImages(opened, (contentHash) => inspection.measured.get(contentHash));
    const places = new Map(examined.map(({ path }, place) => [path, place]));
    const alike = inspection.alike.flatMap(({ paths: [first, second], contents, ...pair }): AlikePair[] => {
      const [left, right] = [places.get(first), places.get(second)];
      if (left === undefined || right === undefined) return [];
      if (examined[left]?.contentHash !== contents[0] || examined[right]?.contentHash !== contents[1]) return [];
      // The smaller place comes first, and the order of images may be another now.
      return [{ ...pair, first: Math.min(left, right), second: Math.max(left, right) }];
    });
    const findings = healthFindings(examined, alike);
    this.#found.set(opened, { inspection, findings });
    return findings;
  }
}
