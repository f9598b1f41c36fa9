import type { CacheSummary, DoctorReport, Transport } from '../../shared/contract/endpoint.ts';

/** What the engine found on this machine, and what its caches take. */
export class SystemController {
  report = $state.raw<DoctorReport | null>(null);
  caches = $state.raw<readonly CacheSummary[] | null>(null);
  /** Bytes that clearing freed; null before it was asked for. */
  freed = $state.raw<number | null>(null);
  clearing = $state(false);
  problem = $state.raw<unknown>(null);
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async load(): Promise<void> {
    await this.#attempt(async () => {
      this.caches = await this.#transport.invoke('cache.show', {});
      this.report = await this.#transport.invoke('system.doctor', {});
    });
  }

  /** What features may take, and decoded images as much again; null before it is known. */
  get cacheLimit(): number | null {
    return this.caches?.find(({ name }) => name === 'features')?.limitBytes ?? null;
  }

  async limitCaches(cacheLimitBytes: number): Promise<void> {
    await this.#attempt(async () => {
      await this.#transport.invoke('settings.write', { cacheLimitBytes });
      this.caches = await this.#transport.invoke('cache.show', {});
    });
  }

  async clear(): Promise<void> {
    this.clearing = true;
    await this.#attempt(async () => {
      this.freed = (await this.#transport.invoke('cache.clear', {})).bytes;
      this.caches = await this.#transport.invoke('cache.show', {});
    });
    this.clearing = false;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.problem = error;
    }
  }
}
