import type { Prediction } from '../../shared/contract/endpoint.ts';
import type { WritePredictionsRequest } from '../../shared/contract/write-predictions.ts';
import { quote } from '../../shared/csv/quote.ts';

/** Single precision has no more than nine digits. */
const DIGITS = 9;
/** Of the JSON document. */
const SCHEMA_VERSION = 1;

const shortened = (probability: number): number => Number(probability.toPrecision(DIGITS));

/** How predictions become a file, piece by piece. */
export interface PredictionRows {
  readonly head: string;
  /** @param isFirst whether none stands before them */
  readonly rows: (predictions: readonly Prediction[], isFirst: boolean) => string;
  readonly tail: string;
}

export interface RowsOptions extends Pick<WritePredictionsRequest, 'runId' | 'checkpoint' | 'unsureBelow'> {
  /** Classes of each image. */
  readonly top: number;
  /** Of all images. */
  readonly images: number;
}

/** Null for an image that could not be read. */
function isUnsure({ classes, problem }: Prediction, unsureBelow: number): boolean | null {
  return problem === null ? (classes[0]?.probability ?? 0) < unsureBelow : null;
}

/** A row an image, as RFC 4180 has it; whether it is unsure stands last, so that the other columns keep their places. */
export function csvRows({ top, unsureBelow }: RowsOptions): PredictionRows {
  const columns = Array.from({ length: top }, (_, index) => `class_${index + 1},probability_${index + 1}`);
  const rowOf = (prediction: Prediction): string => {
    const { path: shown, classes, problem } = prediction;
    const cells = Array.from({ length: top }, (_, index) => {
      const found = classes[index];
      return found ? `${quote(found.name)},${shortened(found.probability)}` : ',';
    });
    const last = unsureBelow === undefined ? '' : `,${isUnsure(prediction, unsureBelow) ?? ''}`;
    return `${quote(shown)},${cells.join(',')},${problem === null ? '' : quote(problem)}${last}\r\n`;
  };
  return {
    head: `path,${columns.join(',')},problem${unsureBelow === undefined ? '' : ',unsure'}\r\n`,
    rows: (predictions) => predictions.map(rowOf).join(''),
    tail: '',
  };
}

/** One document: what predicted, and `predictions`, an object an image and a line each. */
export function jsonRows({ runId, checkpoint = 'best', unsureBelow, images, top }: RowsOptions): PredictionRows {
  const envelope = JSON.stringify({ schemaVersion: SCHEMA_VERSION, runId, checkpoint, unsureBelow, top, images });
  const objectOf = (prediction: Prediction): string => {
    const { path: shown, classes, problem } = prediction;
    return JSON.stringify({
      path: shown,
      classes: classes.slice(0, top).map(({ name, probability }) => ({ name, probability: shortened(probability) })),
      ...(unsureBelow !== undefined && { unsure: isUnsure(prediction, unsureBelow) }),
      problem,
    });
  };
  return {
    head: `${envelope.slice(0, -1)},"predictions":[`,
    rows: (predictions, isFirst) =>
      predictions.map((prediction, index) => `${isFirst && index === 0 ? '' : ','}\n${objectOf(prediction)}`).join(''),
    tail: '\n]}\n',
  };
}
