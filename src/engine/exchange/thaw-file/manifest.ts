import { z } from 'zod';
import { LONGEST_NAME } from '../../../shared/contract/run-edit.ts';
import { CARRIED_CHECKPOINTS } from '../../../shared/contract/run-exchange.ts';

/** The version of all that lies in a `.thaw` file; one with a higher number is refused. */
export const THAW_FILE_VERSION = 1;

export const MANIFEST = 'manifest.json';
export const RUN_DOCUMENT = 'run.json';
export const PLAN_DOCUMENT = 'plan.json';
export const CLASSES_DOCUMENT = 'classes.json';
/** How a network is kept that came from a file. */
export const NETWORK_DOCUMENT = 'network.json';
/** Documents of metrics, several in each. */
export const METRICS = 'metrics/';
export const METRIC_DOCUMENT = /^(?:step|epoch)-\d{1,9}\.json$/;
/** What becomes objects while it is read takes many times its bytes. */
export const LARGEST_DOCUMENT = 64 * 2 ** 20;
export const LARGEST_METRICS = 32 * 2 ** 20;
/** Beside the manifest. */
export const MOST_FILES = 4095;
/** What lies in the run's folder, at the same places. */
export const FILES = 'files/';

/** Names that mean the same on every system, and lead nowhere else. */
const PART = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?$/;
const MOST_PARTS = 6;

/** Whether a name within the file is a plain relative path. */
export function isPlainPath(name: string): boolean {
  const parts = name.split('/');
  return parts.length <= MOST_PARTS && parts.every((part) => PART.test(part));
}

/** What of a run's folder is carried: nothing else is written there, whatever a file has. */
export const CARRIED: readonly RegExp[] = [
  /^model\.json$/,
  /^dataset-edits\.json$/,
  /^evaluation\/[^/]+$/,
  /^checkpoints\/index\.json$/,
  /^checkpoints\/first\/[^/]+$/,
  /^checkpoints\/(?:starred\/)?step-\d+\/[^/]+$/,
];

export const runIdPattern = /^\d{8}-\d{6}-[a-z0-9]{1,16}$/;

export const manifest = z.strictObject({
  format: z.literal('thaw-run'),
  schemaVersion: z.literal(THAW_FILE_VERSION),
  /** The Thaw that wrote it. */
  thaw: z.string().max(100),
  writtenAt: z.iso.datetime(),
  run: z.strictObject({ id: z.string().regex(runIdPattern), name: z.string().max(LONGEST_NAME) }),
  checkpoints: z.enum(CARRIED_CHECKPOINTS),
  files: z
    .array(
      z.strictObject({
        path: z.string().max(400),
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(MOST_FILES),
});
export type Manifest = z.infer<typeof manifest>;
