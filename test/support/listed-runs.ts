import type { Request, Transport } from '../../src/shared/contract/endpoint.ts';
import type { RunRow } from '../../src/shared/contract/run-list.ts';
import type { RunGroup } from '../../src/shared/contract/run-query.ts';

export function listedRun(place: number, change: Partial<RunRow> = {}): RunRow {
  return {
    runId: `run-${place}`,
    name: `run ${place}`,
    status: 'finished',
    createdAt: 1000 - place,
    endedAt: 2000,
    network: 'resnet50',
    strategy: 'finetune',
    dataset: '/photos',
    epochs: 3,
    epochsDone: 3,
    bestValAccuracy: 0.9,
    starred: false,
    tags: [],
    note: '',
    archivedAt: null,
    trashedAt: null,
    group: null,
    parentRunId: null,
    values: [],
    sparkline: null,
    ...change,
  };
}

/** Runs as an engine would list them, and what it was asked. */
export class ListingEngine implements Pick<Transport, 'invoke'> {
  total: number;
  /** The heads of `runs.groups`; a query that ends with the condition of one lists as many runs. */
  groups: RunGroup[] = [];
  readonly asked: Request<'runs.list'>[] = [];
  /** What the next requests fail with. */
  failure: Error | null = null;

  constructor(total: number) {
    this.total = total;
  }

  readonly invoke = (async (name: string, request: Request<'runs.list'>) => {
    await Promise.resolve();
    if (this.failure !== null) throw this.failure;
    if (name === 'runs.groups') return this.groups;
    if (name !== 'runs.list') throw new Error(`an engine that lists runs was asked for ${name}`);
    this.asked.push(request);
    const { query = '', offset = 0, limit = 1000 } = request;
    const group = this.groups.find(({ condition }) => query.endsWith(condition));
    const total = group?.runs ?? this.total;
    const first = this.groups.slice(0, group ? this.groups.indexOf(group) : 0).reduce((sum, { runs }) => sum + runs, 0);
    const places = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, place) => offset + place);
    return { total, runs: places.map((place) => listedRun(first + place)) };
  }) as Transport['invoke'];
}
