import { ThawError } from '../../../shared/errors/thaw-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** @returns no fields where there is no object */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** What was found, short enough for a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

const ADVICE = 'Build the model without it, or choose a network of the registry and take the weights alone.';

/**
 * @param place the models and the layer, `model.block.layer`
 * @throws ThawError `network.invalid`
 */
export function refuseAt(place: string, problem: string, advice = ADVICE): never {
  throw new ThawError('network.invalid', `${place}: ${problem}`, advice);
}

/** The configuration of one layer; what is asked of it and not there, or of another kind, is told with its place. */
export class Settings {
  readonly place: string;
  readonly className: string;
  readonly fields: Fields;

  constructor(place: string, className: string, fields: Fields) {
    this.place = place;
    this.className = className;
    this.fields = fields;
  }

  refuse(problem: string, advice?: string): never {
    return refuseAt(this.place, problem, advice);
  }

  /** An option of which one value alone is computed here. */
  refuseOption(name: string, supported: string): never {
    return this.refuse(`${this.className} with ${name} ${shown(this.fields[name])} is not supported; ${supported}.`);
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }

  number(name: string, usual?: number): number {
    const value = this.fields[name] ?? usual;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.refuseOption(name, 'it is a number');
  }

  boolean(name: string, usual: boolean): boolean {
    const value = this.fields[name] ?? usual;
    // tfjs and old versions of Keras write 0 and 1 as well.
    if (typeof value === 'boolean' || value === 0 || value === 1) return Boolean(value);
    return this.refuseOption(name, 'it is true or false');
  }

  text(name: string, usual: string): string {
    const value = this.fields[name] ?? usual;
    return typeof value === 'string' ? value : this.refuseOption(name, 'it is a word');
  }

  /** One whole number for rows and columns, or one for each. */
  pair(name: string, usual?: number): readonly [number, number] {
    const value = this.fields[name] ?? usual;
    const [rows, columns, ...others] = typeof value === 'number' ? [value, value] : listOf(value);
    const isCount = (size: unknown): size is number => Number.isSafeInteger(size) && Number(size) >= 0;
    if (isCount(rows) && isCount(columns) && others.length === 0) return [rows, columns];
    return this.refuseOption(name, 'it is one whole number, or two');
  }

  /** @throws ThawError where it is there and anything but that number */
  expectOnes(name: string): void {
    if (!this.has(name)) return;
    if (this.pair(name).some((size) => size !== 1)) this.refuseOption(name, 'it is 1');
  }

  expectChannelsLast(): void {
    const found = this.fields['data_format'] ?? 'channels_last';
    if (found !== 'channels_last') this.refuseOption('data_format', 'images are channels_last');
  }

  /** @throws ThawError for an axis that is not the last of so many, the batch counted */
  expectLastAxis(rank: number): void {
    const given = this.fields['axis'] ?? -1;
    const [axis, ...others] = Array.isArray(given) ? listOf(given) : [given];
    if ((axis === -1 || axis === rank - 1) && others.length === 0) return;
    this.refuseOption('axis', 'it is the last, the channels');
  }
}
