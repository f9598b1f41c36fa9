import type { HeadDesign } from '../../src/shared/contract/head-design.ts';
import { USUAL_HEAD } from '../../src/shared/contract/head-design.ts';
import type { ExportedNetwork } from '../../src/engine/export/exported-network.ts';
import { withHead } from '../../src/engine/network/head.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { livelyValues } from './lively-values.ts';

/** A head of everything that one may have. */
export const DESIGNED: HeadDesign = {
  ...USUAL_HEAD,
  pooling: 'max',
  temperature: 2,
  hidden: [
    { kind: 'conv', filters: 8, activation: 'gelu', batchNorm: true, dropout: 0 },
    { kind: 'dense', units: 16, activation: 'relu6', batchNorm: false, dropout: 0.5 },
    { kind: 'dense', units: 12, activation: 'swish', batchNorm: true, dropout: 0.1 },
  ],
};

/** A network to export, with values that all show in what it predicts. */
export function exportedOf(name: string, head: 'softmax' | 'sigmoid', design = USUAL_HEAD): ExportedNetwork {
  const entry = findNetwork(name);
  const classes = head === 'sigmoid' ? ['ants', 'bees'] : ['ants', 'bees', 'crickets'];
  const network = withHead(entry.build(), { classes: classes.length, dropout: 0.2, head, design });
  return { network, preprocessing: entry.preprocessing, classes, values: livelyValues(network) };
}
