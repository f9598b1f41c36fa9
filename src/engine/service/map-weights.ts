import type { Request } from '../../shared/contract/endpoint.ts';
import { USUAL_HEAD } from '../../shared/contract/head-design.ts';
import type { MappingState, WeightsMap } from '../../shared/contract/weights-mapping.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { findNetwork } from '../network/registry.ts';
import { readModelFile } from '../training/model-file.ts';
import { headWeights } from '../weights/head-weights.ts';
import { matchWeights } from '../weights/load.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import { mappingTable } from '../weights/mapping/mapping-table.ts';
import type { ServiceContext } from './context.ts';
import { networkWithHead, type HeadedNetwork } from './preview-plan-network.ts';
import { resolveWeights } from './resolve-references.ts';
import { weightsPath } from './weights-path.ts';

/**
 * What would become of each tensor of a network and of its weights; only names and shapes are read.
 *
 * @throws ThawError `network.unknown`, `weights.missing`, `weights.unreadable`, `usage.invalid` for a rule that is none
 */
export async function mapWeights(
  context: ServiceContext,
  { network: name, weights: reference, head: asked }: Request<'weights.map'>,
): Promise<WeightsMap> {
  const entry = findNetwork(name);
  const weights = resolveWeights(context, reference);
  const path = await weightsPath(context, { network: entry.name, weights });
  if (path === null) {
    throw new ThawError(
      'weights.missing',
      `Names are mapped from weights to a network; none are named, and none ship with ${entry.name}.`,
      'Name a file of weights.',
    );
  }
  const own = weights.kind === 'run' ? (await readModelFile(context.runDirectory(weights.runId))).classes : null;
  const network = asked ? networkWithHead({ name: entry.name, ...headOf(asked) }) : entry.build();
  return context.weights.use(path, (opened) => {
    const file = asPlanned(opened, weights);
    const head = asked ? headWeights(network, file, { wanted: asked.classes, own, anew: asked.anew }) : null;
    const rows = mappingTable(network, file, head);
    const count = (state: MappingState): number => rows.filter((row) => row.state === state).length;
    return {
      network: entry.name,
      path: file.path,
      format: file.format,
      framework: file.framework,
      problem: problemOf(() => matchWeights(network, file)),
      head: head && { kept: head.kept, reason: head.reason },
      counts: {
        loaded: count('loaded'),
        shape: count('shape'),
        missing: count('missing'),
        unexpected: count('unexpected'),
      },
      rows: [...rows],
    };
  });
}

function headOf({
  classes,
  kind,
  design = USUAL_HEAD,
}: NonNullable<Request<'weights.map'>['head']>): Omit<HeadedNetwork, 'name'> {
  return { classes: typeof classes === 'number' ? classes : classes.length, dropout: 0, head: kind, design };
}

function problemOf(match: () => unknown): string | null {
  try {
    match();
    return null;
  } catch (error) {
    if (error instanceof ThawError) return error.message;
    throw error;
  }
}
