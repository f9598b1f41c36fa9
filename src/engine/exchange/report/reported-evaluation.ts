import type { EvaluatedImage, EvaluationReport, StoredEvaluation } from '../../../shared/contract/evaluate.ts';

/** A picture within the page. */
export interface ReportedPicture {
  /** JPEG. */
  readonly bytes: Uint8Array;
}

export interface ReportedImage extends EvaluatedImage {
  /** null where the image is no longer there. */
  readonly picture: ReportedPicture | null;
  /** Where it was looked at for the class that it was taken for; null where that is not known. */
  readonly heat: ReportedPicture | null;
}

/** What a report shows of how a run fares; what is null is not known, and `missing` says why. */
export interface ReportedEvaluation {
  readonly kept: readonly StoredEvaluation[];
  readonly report: EvaluationReport | null;
  /** The surest that were right. */
  readonly best: readonly ReportedImage[];
  /** The largest losses. */
  readonly worst: readonly ReportedImage[];
  /** For people, a sentence each. */
  readonly missing: readonly string[];
}
