import { renameSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { openDatasetView } from '../../../src/engine/service/dataset-view.ts';
import { listRecent } from '../../../src/engine/service/recent-datasets.ts';
import { resolveDataset } from '../../../src/engine/service/resolve-references.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const root = temporaryFolder();
let made = 0;
const contexts: ServiceContext[] = [];
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

interface Moved {
  readonly context: ServiceContext;
  readonly before: string;
  readonly now: string;
}

/** A dataset that was opened, and lies elsewhere since. */
async function moved(): Promise<Moved> {
  made += 1;
  const context = new ServiceContext({ home: path.join(root, `home-${made}`), cache: path.join(root, 'cache') });
  contexts.push(context);
  const [before, now] = [path.join(root, `before-${made}`), path.join(root, `now-${made}`)];
  const names = ['cat/1', 'cat/2', 'cat/3', 'dog/1', 'dog/2', 'dog/3'];
  await writeFiles(before, Object.fromEntries(names.map((name, seed) => [`${name}.png`, smallPng(seed)])));
  await openDatasetView(context, { dataset: { kind: 'folder', path: before } });
  renameSync(before, now);
  return { context, before, now };
}

describe('a dataset that was moved', () => {
  it('is known where it lies once it was opened there, and its view says so', async () => {
    const { context, before, now } = await moved();
    const view = await openDatasetView(context, { dataset: { kind: 'folder', path: now } });
    expect(view.root).toBe(now);
    expect(view.structure?.notes).toEqual([expect.stringContaining(before)]);
  });

  it('is found by a run that began where it lay, and stands once among those opened last', async () => {
    const { context, before, now } = await moved();
    const runId = createRun(context.log, samplePlan({ dataset: { kind: 'folder', path: before } }), null);
    const ofRun = { kind: 'ofRun', runId } as const;
    expect(resolveDataset(context, ofRun)).toEqual({ kind: 'folder', path: before });
    await openDatasetView(context, { dataset: { kind: 'folder', path: now } });
    expect(resolveDataset(context, ofRun)).toEqual({ kind: 'folder', path: now });
    const granted = { kind: 'granted', grantId: context.grants.idOf(before) } as const;
    expect((await openDatasetView(context, { dataset: granted })).root).toBe(now);
    expect((await listRecent(context)).map((recent) => [recent.root, recent.exists])).toEqual([[now, true]]);
  });
});
