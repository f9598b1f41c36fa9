import { Option } from 'commander';
import { FUSED_PARTS } from '../../shared/contract/plan.ts';
import { partReference, type WeightsReference } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { givenPath } from '../given-path.ts';
import { RUN_PREFIX, runCheckpoint } from '../run-checkpoint.ts';

const PUBLISHED_PREFIX = 'published:';

/** For help texts: what `weightsSource` reads. */
export const WEIGHTS_SOURCE =
  'a weight file, the prefix of a TensorFlow checkpoint, the folder of a tfjs model or SavedModel, published:NAME of `thaw weights list`, or run:ID, the best checkpoint of a run; run:ID@last, run:ID@STEP: its last, or that of a step';

/** What names weights on a command line, and renames their tensors. */
export interface WeightsFlags {
  /** Of a fused network one for each part, in order. */
  readonly weights?: string | readonly string[];
  readonly map?: readonly string[];
}

/** `--map`: may be repeated, in the order of the command line. */
export function mappingOption(): Option {
  return new Option(
    '--map <rule>',
    "rename a file's tensors: strip:PREFIX, add:PREFIX, only:REGEX, not:REGEX or /REGEX/REPLACEMENT/; may be repeated, in order",
  ).argParser((rule: string, before: readonly string[] | undefined) => [...(before ?? []), rule]);
}

/** What a request says of weights; nothing where none are named. @throws ThawError `usage.invalid` */
export function namedWeights({ weights, map }: WeightsFlags): { readonly weights?: WeightsReference } {
  if (typeof weights === 'string') return { weights: weightsSource(weights, map) };
  if (weights !== undefined) return { weights: fusedSource(weights, map) };
  if (map === undefined) return {};
  throw new ThawError(
    'usage.invalid',
    '--map renames the tensors of a file; received --map without --weights.',
    'Name the file with --weights, or leave --map out.',
  );
}

/** `--weights`, which names those of each part of a fused network where it is repeated. */
export function weightsOption(description: string): Option {
  return new Option('--weights <source>', description).argParser(
    (source: string, before: string | readonly string[] | undefined) =>
      before === undefined ? source : [...(typeof before === 'string' ? [before] : before), source],
  );
}

/** @throws ThawError `usage.invalid` */
function fusedSource(written: readonly string[], map: readonly string[] | undefined): WeightsReference {
  if (map !== undefined) {
    throw new ThawError(
      'usage.invalid',
      `--map renames the tensors of one file; received it with ${written.length} weights.`,
      'Say in a plan file which file is renamed how.',
    );
  }
  const parts = written.map((source) =>
    partReference.parse(source === 'shipped' ? { kind: 'shipped' } : weightsSource(source)),
  );
  if (parts.length > FUSED_PARTS.most) {
    throw new ThawError(
      'usage.invalid',
      `A fused network has at most ${FUSED_PARTS.most} parts; received ${parts.length} weights.`,
      'Name one for each part.',
    );
  }
  return { kind: 'fused', parts };
}

/**
 * What `--weights` names: a file or folder, one of the catalogue, or a checkpoint of a run.
 *
 * @param mapping rules of `--map`
 * @throws ThawError `usage.invalid`
 */
export function weightsSource(written: string, mapping: readonly string[] = []): WeightsReference {
  const rules = mapping.length > 0 ? { mapping: [...mapping] } : {};
  if (written.startsWith(PUBLISHED_PREFIX)) {
    return { kind: 'published', name: written.slice(PUBLISHED_PREFIX.length), ...rules };
  }
  if (!written.startsWith(RUN_PREFIX)) return { kind: 'file', path: givenPath(written), ...rules };
  if (mapping.length === 0) return { kind: 'run', ...runCheckpoint(written) };
  throw new ThawError(
    'usage.invalid',
    `--map renames the tensors of a file; '${written}' is a run, whose tensors have their network's names.`,
    'Leave --map out, or name a file.',
  );
}
