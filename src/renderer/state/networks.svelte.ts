import type { NetworkSummary, Transport } from '../../shared/contract/endpoint.ts';
import type { NetworkDetail } from '../../shared/contract/network-detail.ts';
import type { OpenedModel, PixelRange } from '../../shared/contract/models.ts';

/** A file of a whole model, as it may be named. */
export interface ModelFile {
  readonly grantId: string;
  readonly name: string;
}

/** What a file does not say of the images that its model wants; what is left out is as usual. */
export interface ModelOptions {
  readonly size?: number | undefined;
  readonly pixels?: PixelRange | undefined;
  /** Of a TensorFlow graph, where it was opened with a choice. */
  readonly input?: string | undefined;
  readonly output?: string | undefined;
}

/** The networks that the engine lists, which do not change while it runs, and those that were opened from files. */
export class NetworksController {
  list = $state.raw<readonly NetworkSummary[] | null>(null);
  problem = $state.raw<unknown>(null);
  /** From files, the last one opened first. */
  opened = $state.raw<readonly OpenedModel[]>([]);
  /** The file that is being opened, by its name. */
  opening = $state.raw<string | null>(null);
  /** The file that could not be opened last, and why. */
  refused = $state.raw<{ readonly file: string; readonly error: unknown } | null>(null);
  /** Networks that no list has: sizes that a family takes, models that were opened anew since. */
  #others = $state.raw<ReadonlyMap<string, NetworkSummary>>(new Map());
  readonly #transport: Pick<Transport, 'invoke'>;

  constructor(transport: Pick<Transport, 'invoke'>) {
    this.#transport = transport;
  }

  async load(): Promise<void> {
    this.problem = null;
    try {
      this.list = await this.#transport.invoke('networks.list', {});
      await this.loadOpened();
    } catch (error) {
      this.problem = error;
    }
  }

  async loadOpened(): Promise<void> {
    this.opened = await this.#transport.invoke('networks.opened', {});
  }

  find(name: string | null | undefined): NetworkSummary | null {
    if (name === null || name === undefined) return null;
    const listed = this.list?.find((network) => network.name === name) ?? this.openedAs(name)?.network;
    return listed ?? this.#others.get(name) ?? null;
  }

  /**
   * The file that a network was opened from, of several that hold the same model the one that is granted so; null for a
   * network of another origin.
   */
  openedAs(name: string | null, grantId?: string): OpenedModel | null {
    const own = this.opened.filter(({ network }) => network.name === name);
    return own.find(({ file }) => file.grantId === grantId) ?? own[0] ?? null;
  }

  /** Asks for a network that is in no list. */
  async seek(name: string): Promise<void> {
    if (this.list === null || this.find(name) !== null) return;
    const summary = summaryOf(await this.#transport.invoke('networks.show', { name }));
    if (summary !== null) this.#others = new Map(this.#others).set(name, summary);
  }

  /**
   * Opens a whole model as a network of its own.
   *
   * @returns its name, or null where it could not be: `refused` then says why
   */
  async open({ grantId, name }: ModelFile, { size, pixels, input, output }: ModelOptions = {}): Promise<string | null> {
    this.opening = name;
    this.refused = null;
    try {
      const detail = await this.#transport.invoke('networks.open', {
        file: { kind: 'granted', grantId },
        ...(size !== undefined && { size }),
        ...(pixels !== undefined && { pixels }),
        ...(input !== undefined && { input }),
        ...(output !== undefined && { output }),
      });
      await this.loadOpened();
      return detail.name;
    } catch (error) {
      this.refused = { file: name, error };
      return null;
    } finally {
      this.opening = null;
    }
  }
}

function summaryOf(detail: NetworkDetail): NetworkSummary | null {
  const [height, width, channels] = detail.inputShape;
  if (height === undefined || width === undefined || channels === undefined) return null;
  return {
    name: detail.name,
    aliases: detail.aliases,
    family: detail.family,
    inputShape: [height, width, channels],
    sizes: detail.sizes,
    layers: detail.layers.length,
    blocks: detail.blocks.map(({ name }) => name),
    parameters: detail.parameters,
    source: detail.source,
    shipped: detail.shipped,
  };
}
