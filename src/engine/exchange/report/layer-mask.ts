import type { RunDetail } from '../../../shared/contract/run.ts';
import { html, isolated, type Html } from './html.ts';
import { count } from './figures.ts';

type Layer = RunDetail['layers'][number];
/** A run of one piece, or a stage. */
type Masked = Pick<RunDetail, 'layers' | 'proof'>;

/** By layer: whether its frozen tensors were found unchanged. */
function proven({ proof }: Masked): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const { tensor, before, after } of proof) {
    const layer = tensor.slice(0, tensor.lastIndexOf('/'));
    found.set(layer, (found.get(layer) ?? true) && before === after);
  }
  return found;
}

function layerBlock({ name, kind, state, parameters }: Layer, unchanged: boolean | undefined): Html {
  const proof = unchanged === undefined ? '' : unchanged ? ', proven unchanged' : ', CHANGED';
  const words = `${isolated(name)}: ${isolated(kind)}, ${state}, ${count(parameters)} parameters${proof}`;
  const sign = unchanged === undefined ? '' : unchanged ? '✓' : '✗';
  return html`<span class="layer ${state}" title="${words}">${sign}</span>`;
}

/** The layers with weights that a run or a stage froze and trained, block by block, as colours and as shapes. */
export function layerMask(run: Masked): Html | null {
  const layers = run.layers.filter(({ parameters }) => parameters > 0);
  if (layers.length === 0) return null;
  const proof = proven(run);
  const blocks = [...Map.groupBy(layers, ({ block }) => block)];
  const frozen = layers.filter(({ state }) => state === 'frozen').length;
  const words = `${frozen} of ${layers.length} layers with weights are frozen, ${layers.length - frozen} trainable`;
  return html`<div class="mask" role="img" aria-label="${words}">
    ${blocks.map(
      ([block, own]) =>
        html`<div class="block">
          <span><bdi>${block}</bdi></span>
          <div class="layers">${own.map((layer) => layerBlock(layer, proof.get(layer.name)))}</div>
        </div>`,
    )}
  </div>`;
}

/** What the colours and signs of masks mean. */
export function maskKey(): Html {
  return html`<p class="muted">
    <span class="layer frozen key">✓</span>frozen, with ✓ where every tensor was proven unchanged bit for bit &nbsp;
    <span class="layer trainable key"></span>trainable
  </p>`;
}
