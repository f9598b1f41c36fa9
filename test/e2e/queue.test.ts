import { renameSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runList } from '../../src/shared/contract/run-list.ts';
import { runDetail } from '../../src/shared/contract/run.ts';
import { damage, epochsLogged, trainerProcess } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const PLAN = ['--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--batch', '6'];
/** Enough that a run is still at work whenever a busy machine gets round to stopping it. */
const MANY_EPOCHS = '400';
const PATIENCE = { timeout: 120_000, interval: 20 };
let homes = 0;

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  await writeTinyDataset(path.join(root, 'passing'), { train: 6, val: 3 });
});

interface Workspace {
  readonly home: string;
  /** Runs a command that prints a JSON document. */
  readonly json: (...parameters: string[]) => Promise<unknown>;
  /** Lets a run of so many epochs wait. */
  readonly queue: (epochs: string, dataset?: string) => Promise<string>;
  readonly waiting: () => Promise<readonly string[]>;
  /** By run, the newest first. */
  readonly statuses: () => Promise<ReadonlyMap<string, string>>;
}

function workspace(): Workspace {
  const home = path.join(root, `home-${++homes}`);
  const json: Workspace['json'] = async (...parameters) => {
    const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home, cwd: root });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout) as unknown;
  };
  return {
    home,
    json,
    queue: async (epochs, dataset = 'stripes') => {
      const added = await json('train', ...PLAN, '--dataset', dataset, '--epochs', epochs, '--queue');
      return (added as { runId: string }).runId;
    },
    waiting: async () => ((await json('queue', 'list')) as { runId: string }[]).map(({ runId }) => runId),
    statuses: async () => {
      const { runs } = runList.parse({ total: 0, runs: await json('runs', 'list') });
      return new Map(runs.map(({ runId, status }) => [runId, status]));
    },
  };
}

/** What `thaw queue run --json` printed. */
function outcomes(stdout: string): { readonly runId: string; readonly status: string }[] {
  return JSON.parse(stdout) as { runId: string; status: string }[];
}

describe('thaw queue', () => {
  it('trains a sweep in the order it was given, but for what was moved and cancelled', async () => {
    const { home, json, waiting, statuses } = workspace();
    const swept = ['--values', 'learningRate=0.01,0.02', '--values', 'seed=1,2'];
    const added = (await json('sweep', ...swept, ...PLAN, '--dataset', 'stripes', '--epochs', '1')) as {
      runIds: string[];
      group: { name: string };
    };
    const [first = '', second = '', third = '', fourth = ''] = added.runIds;
    expect(await waiting()).toEqual(added.runIds);
    await json('queue', 'move', fourth, '--first');
    await json('queue', 'move', second, '--last');
    await json('queue', 'cancel', third);
    expect(await waiting()).toEqual([fourth, first, second]);
    expect(await json('queue', 'run')).toMatchObject(
      [fourth, first, second].map((runId) => ({ runId, status: 'finished' })),
    );
    expect(await waiting()).toEqual([]);
    expect([...(await statuses()).keys()].sort()).toEqual([first, second, fourth].sort());
    const plans = await Promise.all(
      [first, second, fourth].map(async (runId) => {
        const { plan, organisation } = runDetail.parse(await json('runs', 'show', runId));
        expect(organisation.group?.name).toBe(added.group.name);
        return [plan.optimizer.learningRate, plan.seed];
      }),
    );
    expect(plans).toEqual([
      [0.01, 1],
      [0.01, 2],
      [0.02, 2],
    ]);
    expect(damage(home)).toEqual([]);
  });

  it('goes on with the next where a run can no longer begin, and says why', async () => {
    const { home, queue, statuses, json } = workspace();
    const [lost, sound] = [await queue('1', 'passing'), await queue('1')];
    renameSync(path.join(root, 'passing'), path.join(root, 'passed'));
    const { code, stdout, stderr } = await thaw(['queue', 'run', '--json'], { home, cwd: root });
    renameSync(path.join(root, 'passed'), path.join(root, 'passing'));
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(await statuses()).toEqual(
      new Map([
        [sound, 'finished'],
        [lost, 'failed'],
      ]),
    );
    expect(outcomes(stdout)).toMatchObject([
      { runId: lost, status: 'failed' },
      { runId: sound, status: 'finished' },
    ]);
    const { result } = runDetail.parse(await json('runs', 'show', lost));
    expect(result.error).toMatchObject({ code: 'dataset.missing' });
  });

  it('refuses a sweep of which one plan is wrong, and adds nothing of it', async () => {
    const { home, waiting } = workspace();
    const swept = ['sweep', '--values', 'boundary=last:2,nowhere', ...PLAN, '--dataset', 'stripes'];
    const { code, stderr } = await thaw(swept, { home, cwd: root });
    expect(code).toBe(2);
    expect(stderr).toContain("'nowhere'");
    expect(await waiting()).toEqual([]);
  });

  it('begins each run once though two work it off, one trainer at a time', async () => {
    const { home, queue, waiting, statuses } = workspace();
    const added: string[] = [];
    for (let count = 0; count < 4; count++) added.push(await queue('2'));
    const workers = [1, 2].map(() => startThaw(['queue', 'run', '--json'], { home, cwd: root }));
    const ended = await Promise.all(workers.map(({ done }) => done));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const done = ended.flatMap(({ stdout }) => outcomes(stdout));
    expect(done.map(({ runId }) => runId).sort()).toEqual([...added].sort());
    expect(new Set((await statuses()).values())).toEqual(new Set(['finished']));
    expect(await waiting()).toEqual([]);
    expect(damage(home)).toEqual([]);
  });

  it('is as it was after the process that worked it off was killed, the run under way apart', async () => {
    const { home, queue, waiting, statuses, json } = workspace();
    const [long, short] = [await queue(MANY_EPOCHS), await queue('1')];
    const worker = startThaw(['queue', 'run'], { home, cwd: root });
    await expect.poll(() => trainerProcess(home), PATIENCE).not.toBeNull();
    await expect.poll(() => epochsLogged(home), PATIENCE).toBeGreaterThan(0);
    worker.child.kill('SIGKILL');
    await worker.done;
    expect(await waiting()).toEqual([short]);
    expect((await statuses()).get(long)).toBe('interrupted');
    expect(await json('queue', 'run')).toMatchObject([{ runId: short, status: 'finished' }]);
    expect(damage(home)).toEqual([]);
  });

  it('stops the run under way at Ctrl+C and leaves the others waiting', async () => {
    const { home, queue, waiting, statuses } = workspace();
    const [long, next] = [await queue(MANY_EPOCHS), await queue('1')];
    const worker = startThaw(['queue', 'run'], { home, cwd: root });
    await expect.poll(() => epochsLogged(home), PATIENCE).toBeGreaterThan(0);
    worker.child.kill('SIGINT');
    expect((await worker.done).code).toBe(130);
    expect(await waiting()).toEqual([next]);
    expect((await statuses()).get(long)).toBe('stopped');
  });
});
