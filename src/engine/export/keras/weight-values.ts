import type { ExportedNetwork } from '../exported-network.ts';
import type { KerasWeight } from './keras-layer.ts';

/** What a weight of a written layer is. */
export function weightValues({ value }: KerasWeight, values: ExportedNetwork['values']): Float32Array {
  const found = typeof value === 'string' ? values.get(value) : value;
  if (!found) throw new TypeError(`There is no value of '${String(value)}'.`);
  return found;
}

/** JSON of nothing but ASCII, which every reader takes for the same text. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
