import type { RunEventBody } from '../../../shared/contract/event.ts';
import { EMBEDDING_STEPS } from '../../../shared/contract/embedding.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { EmbeddedImages, EmbeddingJob } from '../extractor-protocol.ts';
import { loadExtractor } from '../features-file/load-extractor.ts';
import { ProgressReporter } from '../progress.ts';
import { FEWEST_LAID_OUT, intoSquare, layOut, placeAmong } from './layout.ts';
import { NeighbourSearch, type Rows } from './neighbours.ts';
import { readRows, type ReadRows } from './read-rows.ts';

/** Scaled to length 1: what counts is which features an image has. */
function toUnitLength({ values, size }: Rows): void {
  for (let start = 0; start < values.length; start += size) {
    const row = values.subarray(start, start + size);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) row.forEach((value, place) => (row[place] = value / length));
  }
}

async function readUnitRows(...asked: Parameters<typeof readRows>): Promise<ReadRows> {
  const read = await readRows(...asked);
  toUnitLength(read.rows);
  return read;
}

/**
 * Brings images onto a plane by what a network makes of them, those that it sees alike side by side. Features come from their
 * cache where they were computed before. Of many images the first are laid out and the others placed among them.
 *
 * @throws ThawError what is wrong with network, weights or images; the signal's reason
 */
export async function embedImages(
  job: EmbeddingJob,
  emit: (body: RunEventBody) => void,
  signal: AbortSignal,
): Promise<EmbeddedImages> {
  const { images, laidOut: most } = job;
  const progress = new ProgressReporter(emit, 'features', 'image');
  const onWarning = (message: string): void => emit({ kind: 'warning', message });
  const extractor = await loadExtractor(job, 0, onWarning);
  try {
    const reading = { job, extractor, signal, onWarning };
    const first = images.slice(0, most);
    const rest = images.slice(most);
    const laidOut = await readUnitRows(first, {
      ...reading,
      onRead: (done) => progress.report(done, first.length, EMBEDDING_STEPS.features),
    });
    if (laidOut.usable.length < FEWEST_LAID_OUT) {
      throw new ThawError(
        'dataset.images',
        `A map shows which images are alike and needs at least ${FEWEST_LAID_OUT} that differ and can be read; found ${laidOut.usable.length}.`,
        'Open a dataset with more images.',
      );
    }
    const search = new NeighbourSearch(laidOut.rows);
    // Neighbours and passes are half of it each, whatever they are counted in.
    const layout = new ProgressReporter(emit, 'features', 'image');
    const asImages = (done: number, total: number): number => Math.floor((done / total) * first.length);
    const places = await layOut(laidOut.rows, search, {
      signal,
      onNeighbours: (done, total) => layout.report(asImages(done, total), first.length * 2, EMBEDDING_STEPS.layout),
      onEpoch: (done, total) =>
        layout.report(first.length + asImages(done, total), first.length * 2, EMBEDDING_STEPS.layout),
    });
    const all = new Float32Array(images.length * 2).fill(NaN);
    laidOut.usable.forEach((index, row) => all.set(places.subarray(row * 2, row * 2 + 2), index * 2));
    const skipped = [...laidOut.skipped];
    const placing = new ProgressReporter(emit, 'features', 'image');
    let placed = 0;
    // By blocks, so that features of a hundred thousand images are never held at a time.
    for (let start = 0; start < rest.length; start += most) {
      const block = rest.slice(start, start + most);
      const report = (done: number): void => placing.report(start + done, rest.length, EMBEDDING_STEPS.rest);
      const read = await readUnitRows(block, { ...reading, onRead: report });
      const among = await placeAmong(places, search, read.rows, { signal, onProgress: () => undefined });
      read.usable.forEach((index, row) => {
        all.set(among.subarray(row * 2, row * 2 + 2), (first.length + start + index) * 2);
      });
      placed += read.usable.length;
      skipped.push(...read.skipped);
    }
    return { layers: [...extractor.plan.cut], coordinates: intoSquare(all), placed, skipped };
  } finally {
    extractor.session.dispose();
  }
}
