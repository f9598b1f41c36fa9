import { USUAL_HEAD, type HeadDesign, type HiddenLayer } from './head-design.ts';

const POOLING_WORDS = { average: 'average pooling', max: 'max pooling', flatten: 'flattened' } as const;

function hiddenWords(layer: HiddenLayer): string {
  const kind = layer.kind === 'dense' ? `dense ${layer.units}` : `conv ${layer.filters}`;
  const norm = layer.batchNorm ? ' with BatchNorm' : '';
  const dropout = layer.dropout === 0 ? '' : `, dropout ${layer.dropout}`;
  return `${kind} ${layer.activation}${norm}${dropout}`;
}

/** What of a head's design is not the usual, for people; null where all of it is. */
export function headWords(design: HeadDesign): string | null {
  const deviation = design.standardDeviation === null ? '' : ` ${design.standardDeviation}`;
  const parts = [
    design.base === null ? '' : `on ${design.base}`,
    design.pooling === USUAL_HEAD.pooling ? '' : POOLING_WORDS[design.pooling],
    ...design.hidden.map(hiddenWords),
    design.initializer === USUAL_HEAD.initializer ? '' : `begins ${design.initializer}${deviation}`,
    design.temperature === USUAL_HEAD.temperature ? '' : `logits divided by ${design.temperature}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join('; ');
}
