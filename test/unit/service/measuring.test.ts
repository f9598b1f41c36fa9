import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { openDatasetView } from '../../../src/engine/service/dataset-view.ts';
import { inspectDataset } from '../../../src/engine/service/inspect-dataset.ts';
import { Measuring } from '../../../src/engine/service/measuring.ts';
import type { DatasetEvent } from '../../../src/shared/contract/dataset-event.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let made = 0;
const contexts: ServiceContext[] = [];

function newContext(home = path.join(root, `home-${(made += 1)}`)): ServiceContext {
  const context = new ServiceContext({ home, cache: path.join(root, 'cache') });
  contexts.push(context);
  return context;
}

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

/** For a machine that has much else to do. */
const PATIENCE = { timeout: 60_000 };
const waitUntil = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), PATIENCE);

/** Eight images, one of which does not decode. */
async function photos(): Promise<string> {
  const folder = path.join(root, `photos-${(made += 1)}`);
  const names = ['cat/1', 'cat/2', 'cat/3', 'cat/4', 'dog/1', 'dog/2', 'dog/3'];
  const whole = await smallPng(500);
  return writeFiles(folder, {
    ...Object.fromEntries(names.map((name, seed) => [`${name}.png`, smallPng(made * 100 + seed)])),
    'dog/damaged.png': whole.subarray(0, whole.length >> 1),
  });
}

const dataset = (context: ServiceContext, folder: string) =>
  ({ kind: 'granted', grantId: context.grants.idOf(folder) }) as const;

function measuredContents(context: ServiceContext): number {
  return context.index.read('count', (database) =>
    Number(database.prepare<[], number>('SELECT count(*) FROM image_measures').pluck().get()),
  );
}

/** Opens a dataset as a window does, and waits until its images were looked at. */
async function openMeasured(context: ServiceContext, folder: string): Promise<readonly DatasetEvent[]> {
  const told: DatasetEvent[] = [];
  const end = context.events.subscribe('dataset', (event) => told.push(event));
  await openDatasetView(context, { dataset: dataset(context, folder) });
  await waitUntil(() => told.some((event) => event.change === 'measured' && event.done === event.total));
  await waitUntil(() => measuredContents(context) === 8);
  end();
  return told;
}

describe('the images of a dataset that a window opened', { timeout: 120_000 }, () => {
  it('are looked at in the background, told as it goes, and known to the next engine', async () => {
    const context = newContext();
    const folder = await photos();
    const told = await openMeasured(context, folder);
    const counts = told.flatMap((event) => (event.change === 'measured' ? [[event.done, event.total]] : []));
    expect(counts.at(-1)).toEqual([8, 8]);
    const looked = await inspectDataset(newContext(), { dataset: { kind: 'folder', path: folder } });

    // What another engine tells of it comes from the index, which says otherwise from now on.
    context.index.write('change', (database) =>
      database.exec('UPDATE image_measures SET width = 4321 WHERE width IS NOT NULL'),
    );
    await context.close();
    const later = newContext(context.home);
    const known = await inspectDataset(later, { dataset: { kind: 'folder', path: folder } });
    expect(known.sizes?.width).toEqual({ ...looked.sizes?.width, least: 4321, median: 4321, most: 4321 });
    expect({ ...known, sizes: null, root: '', findings: [] }).toEqual({
      ...looked,
      sizes: null,
      root: '',
      findings: [],
    });
    const corrupt = (health: typeof known): unknown => health.findings.find(({ kind }) => kind === 'corrupt')?.message;
    expect(corrupt(known)).toBe(corrupt(looked));
    expect(corrupt(known)).toBeDefined();
  });

  it('are not looked at where nobody follows', async () => {
    const context = newContext();
    await openDatasetView(context, { dataset: dataset(context, await photos()) });
    await context.measuring.close();
    expect(measuredContents(context)).toBe(0);
  });

  it('are looked at all the same where a look at their health was ended', async () => {
    const context = newContext();
    const folder = await photos();
    const training = vi.spyOn(context, 'activeRun', 'get').mockReturnValue('a run');
    context.events.subscribe('dataset', () => undefined);
    await openDatasetView(context, { dataset: dataset(context, folder) });
    const { measuring } = context;
    const end = measuring.end.bind(measuring);
    vi.spyOn(measuring, 'end').mockImplementation((datasetId) => {
      context.tasks.cancel('look');
      return end(datasetId);
    });
    const looking = inspectDataset(context, { dataset: dataset(context, folder), taskId: 'look' });
    await expectError(() => looking, 'task.cancelled');
    expect(measuredContents(context)).toBe(0);
    training.mockReturnValue(null);
    await waitUntil(() => measuredContents(context) === 8);
  });

  it('wait while a run trains', async () => {
    const context = newContext();
    const opened = await context.datasets.open(
      { kind: 'folder', path: await photos() },
      { signal: new AbortController().signal, report: () => undefined },
    );
    let activeRun: string | null = 'a run';
    const { datasets, events, index } = context;
    const measuring = new Measuring({
      datasets,
      events,
      indexIfAny: index,
      get activeRun() {
        return activeRun;
      },
    });
    const told: DatasetEvent[] = [];
    events.subscribe('dataset', (event) => told.push(event));
    measuring.begin(opened.datasetId);
    await waitUntil(() => told.length > 0);
    expect(told).toEqual([expect.objectContaining({ change: 'measured', done: 0, total: 8 })]);
    activeRun = null;
    await waitUntil(() => told.some((event) => event.change === 'measured' && event.done === 8));
    await measuring.close();
    expect(measuredContents(context)).toBe(8);
  });

  it('wait while somebody looks at pictures', async () => {
    const context = newContext();
    const told: DatasetEvent[] = [];
    context.events.subscribe('dataset', (event) => told.push(event));
    let pictures = 0;
    const looking = setInterval(() => {
      pictures += 1;
      context.measuring.giveWay();
    }, 20);
    await openDatasetView(context, { dataset: dataset(context, await photos()) });
    const before = pictures;
    await waitUntil(() => pictures > before + 50);
    clearInterval(looking);
    expect(told).toEqual([]);
    await waitUntil(() => told.some((event) => event.change === 'measured' && event.done === 8));
  });
});
