import {
  hiddenLayer,
  type HeadActivation,
  type HeadInitializer,
  type HeadPooling,
  type HiddenLayer,
} from '../../shared/contract/head-design.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { moveItem } from './move-item.ts';
import { readFigure, type NumberField, type Typed } from './number-field.ts';

/** A layer of the head as it was typed. */
export interface TypedLayer {
  readonly kind: HiddenLayer['kind'];
  /** Units of a dense layer, filters of a convolution. */
  readonly size: string;
  readonly activation: HeadActivation;
  readonly batchNorm: boolean;
  readonly dropout: string;
}

/** What the form says of the head; null leaves it to the engine. Its figures stand with the other ones. */
export interface HeadDraft {
  /** The layer that it stands on; null for the network's last. */
  readonly base: string | null;
  readonly pooling: HeadPooling | null;
  /** From the network to the classifier; null where nothing was said. */
  readonly hidden: readonly TypedLayer[] | null;
  readonly initializer: HeadInitializer | null;
}

export const EMPTY_HEAD: HeadDraft = { base: null, pooling: null, hidden: null, initializer: null };
/** As many as a head may have. */
export const MOST_HIDDEN = 20;

const [dense, conv] = hiddenLayer.options;
const sizes = { dense: dense.shape.units, conv: conv.shape.filters } as const;

export function readSize(kind: HiddenLayer['kind'], typed: string): Typed {
  // Without a size there is no layer.
  return typed.trim() === '' ? { kind: 'wrong', value: '' } : readFigure(sizes[kind], typed);
}

export function readDropout(typed: string): Typed {
  return readFigure(dense.shape.dropout, typed);
}

/** The usual next layer. */
function newLayer(kind: HiddenLayer['kind']): TypedLayer {
  return { kind, size: kind === 'dense' ? '128' : '64', activation: 'relu', batchNorm: false, dropout: '' };
}

/** Layers with another: convolutions stand before dense layers. */
export function addLayer(layers: readonly TypedLayer[], kind: HiddenLayer['kind']): readonly TypedLayer[] {
  const at = kind === 'dense' ? layers.length : layers.filter((layer) => layer.kind === 'conv').length;
  return [...layers.slice(0, at), newLayer(kind), ...layers.slice(at)];
}

/** Layers with one moved among those of its kind. */
export function moveLayer(layers: readonly TypedLayer[], from: number, to: number): readonly TypedLayer[] {
  const moved = layers[from];
  return moved === undefined || layers[to]?.kind !== moved.kind ? layers : moveItem(layers, from, to);
}

/** Whether a figure of its layers cannot be read. */
export function hasWrongLayer({ hidden }: HeadDraft): boolean {
  const wrong = ({ kind, size, dropout }: TypedLayer): boolean =>
    readSize(kind, size).kind === 'wrong' || readDropout(dropout).kind === 'wrong';
  return hidden?.some(wrong) ?? false;
}

/** A head as the form holds it; what is not said of it is left to the engine. */
export function headDraft(design: NonNullable<TrainingPlanRequest['headDesign']>): HeadDraft {
  const layers = design.hidden?.map((layer): TypedLayer => ({
    kind: layer.kind,
    size: String(layer.kind === 'dense' ? layer.units : layer.filters),
    activation: layer.activation,
    batchNorm: layer.batchNorm,
    dropout: layer.dropout === 0 ? '' : String(layer.dropout),
  }));
  return {
    base: design.base ?? null,
    pooling: design.pooling ?? null,
    hidden: layers ?? null,
    initializer: design.initializer ?? null,
  };
}

/**
 * @param figure what is typed in a field
 * @param read what is typed in a layer's field
 */
export function buildHead<Figure>(
  { base, pooling, hidden, initializer }: HeadDraft,
  figure: (field: NumberField) => Figure | undefined,
  read: (typed: Typed) => Figure | undefined,
) {
  const layers = hidden?.map(({ kind, size, activation, batchNorm, dropout }) => {
    const rest = { activation, batchNorm, dropout: read(readDropout(dropout)) ?? 0 };
    const figureOf = read(readSize(kind, size)) ?? 1;
    return kind === 'dense' ? { kind, units: figureOf, ...rest } : { kind, filters: figureOf, ...rest };
  });
  const deviation = initializer === 'truncatedNormal' ? figure('standardDeviation') : undefined;
  const said = { base, pooling, hidden: layers, initializer, deviation, temperature: figure('temperature') };
  if (Object.values(said).every((value) => value === null || value === undefined)) return undefined;
  return {
    ...(base !== null && { base }),
    ...(pooling !== null && { pooling }),
    ...(layers !== undefined && { hidden: layers }),
    ...(initializer !== null && { initializer }),
    ...(deviation !== undefined && { standardDeviation: deviation }),
    ...(said.temperature !== undefined && { temperature: said.temperature }),
  };
}
