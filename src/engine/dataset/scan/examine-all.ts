import type { SkippedImage } from '../../../shared/contract/run.ts';
import type { DatasetImage } from '../dataset.ts';
import type { KnownFile } from '../examine-file.ts';
import { NUMBERS_A_FILE, writeState, type ScanAnswer, type ScanBatch } from './scan-batch.ts';
import { scanInThreads } from './scan-threads.ts';

/** A file to examine. */
export interface Candidate {
  /** Relative to the dataset's root, separated by '/'. */
  readonly path: string;
  /** Absolute, links resolved. */
  readonly realPath: string;
}

export interface ExamineOptions {
  readonly signal?: AbortSignal | undefined;
  /** Files examined so far, and files in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** By path, what files were when they were examined before: those that are as they were are not read again. */
  readonly known?: ReadonlyMap<string, KnownFile> | undefined;
}

type ImageContent = Pick<DatasetImage, 'bytes' | 'contentHash'>;

/** What became of candidates, in their order: images, and files that are none. */
export interface ExaminedFiles<Image> {
  readonly images: readonly Image[];
  readonly skipped: readonly SkippedImage[];
  /** By path, all that were read, now or before. */
  readonly files: ReadonlyMap<string, KnownFile>;
}

/** A batch ends with so many files, or with so many that must be read, so that what is cancelled ends soon. */
const BATCH_FILES = 512;
const BATCH_READ = 64;

interface Batch extends ScanBatch {
  readonly start: number;
  readonly length: number;
}

function batchesOf(candidates: readonly Candidate[], known: ExamineOptions['known']): () => Batch | null {
  let at = 0;
  return () => {
    if (at >= candidates.length) return null;
    const start = at;
    const paths: string[] = [];
    const states = new Float64Array(BATCH_FILES * NUMBERS_A_FILE);
    for (let read = 0; at < candidates.length && paths.length < BATCH_FILES && read < BATCH_READ; at += 1) {
      const candidate = candidates[at];
      if (!candidate) break;
      const before = known?.get(candidate.path);
      writeState(states, paths.length, before?.state ?? null);
      paths.push(candidate.realPath);
      if (!before) read += 1;
    }
    const { length } = paths;
    return { paths, known: states.slice(0, length * NUMBERS_A_FILE), start, length };
  };
}

/** What is kept of a candidate that is an image. */
export type AsImage<Known extends Candidate, Image> = (candidate: Known, content: ImageContent) => Image;

/** Examines files, in threads of their own. @throws the signal's reason */
export async function examineAll<Known extends Candidate, Image extends object>(
  candidates: readonly Known[],
  asImage: AsImage<Known, Image>,
  { known, signal, onProgress }: ExamineOptions,
): Promise<ExaminedFiles<Image>> {
  signal?.throwIfAborted();
  // In their order, made as answers come: of 100,000 files at once it would hold up everything else.
  const made = new Array<{ readonly image: Image } | SkippedImage | undefined>(candidates.length);
  const files = new Map<string, KnownFile>();
  const take = (index: number, answer: ScanAnswer[number]): void => {
    const candidate = candidates[index];
    if (!candidate) return;
    if (answer?.kind === 'unreadable') {
      made[index] = { path: candidate.path, reason: answer.reason };
      return;
    }
    const file = answer?.file ?? known?.get(candidate.path);
    if (!file) return;
    files.set(candidate.path, file);
    made[index] =
      file.contentHash === null
        ? { path: candidate.path, reason: file.problem }
        : { image: asImage(candidate, { bytes: file.state.bytes, contentHash: file.contentHash }) };
  };
  let done = 0;
  await scanInThreads(
    batchesOf(candidates, known),
    ({ start, length }, answers) => {
      answers.forEach((answer, index) => take(start + index, answer));
      onProgress?.((done += length), candidates.length);
    },
    signal,
  );
  const images: Image[] = [];
  const skipped: SkippedImage[] = [];
  for (const one of made) {
    if (one === undefined) continue;
    if ('image' in one) images.push(one.image);
    else skipped.push(one);
  }
  return { images, skipped, files };
}
