import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askProcess } from '../../../src/engine/service/ask-process.ts';
import { createService, type Service } from '../../../src/engine/service/create-service.ts';
import { windowTransport } from '../../../src/engine/service/window-transport.ts';
import { ThawError } from '../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallGraph, writeGraph } from '../../support/graph-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let root: string;
let service: Service;
let entry: string;

beforeEach(() => {
  root = temporaryFolder();
  entry = path.join(root, 'endless.mjs');
  const noted = JSON.stringify(path.join(root, 'pid'));
  writeFileSync(
    entry,
    `import { writeFileSync, renameSync } from 'node:fs';
    process.on('message', () => undefined);
    writeFileSync(${noted} + '.part', String(process.pid));
    renameSync(${noted} + '.part', ${noted});`,
  );
  service = createService({
    home: path.join(root, 'home'),
    cache: path.join(root, 'cache'),
    entries: { graph: entry },
  });
});
afterEach(() => vi.useRealTimers());

/** A graph's process that never answers, once it runs. */
async function endless(): Promise<{ readonly opened: Promise<unknown>; readonly pid: number }> {
  const file = { kind: 'file', path: writeGraph(path.join(root, 'graph'), smallGraph(8)) } as const;
  const opened = service.transport.invoke('networks.open', { file });
  opened.catch(() => undefined);
  while (!existsSync(path.join(root, 'pid'))) await passed(20);
  return { opened, pid: Number(readFileSync(path.join(root, 'pid'), 'utf8')) };
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function gone(pid: number): Promise<void> {
  while (isThere(pid)) await passed(20);
}

describe('the process that runs a graph of others once', () => {
  it('ends with the service', async () => {
    const { opened, pid } = await endless();
    await service.close();
    await expectError(() => opened, 'task.cancelled');
    await gone(pid);
  });

  it('is ended when it takes too long, and the graph refused', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { opened, pid } = await endless();
    vi.advanceTimersByTime(180_000);
    await expectError(() => opened, 'network.invalid', 'more than 180 seconds');
    await gone(pid);
    await service.close();
  });

  it.runIf(process.platform === 'linux')('is ended when it takes more memory than it may', async () => {
    const reason = new ThawError('memory.full', 'Too much.', 'Take less.');
    await expectError(
      () => askProcess(entry, {}, 'Taking memory', undefined, { mostBytes: 1 << 20, reason }),
      'memory.full',
      'Too much.',
    );
    await service.close();
  });
});

describe('a graph of others that was opened', () => {
  it('is listed with all that was asked for, which opens it as the same network again', async () => {
    const real = createService({ home: path.join(root, 'real'), cache: path.join(root, 'cache') });
    const folder = writeGraph(path.join(root, 'graph'), smallGraph(null));
    const asked = { size: 12, pixels: 'raw', input: 'image', output: 'stem/relu' } as const;
    const { name } = await real.transport.invoke('networks.open', { file: { kind: 'file', path: folder }, ...asked });
    const [listed] = await real.transport.invoke('networks.opened', {});
    expect(listed).toMatchObject({ network: { name, inputShape: [12, 12, 3] }, ...asked });

    const file = { kind: 'granted', grantId: listed?.file.grantId ?? '' } as const;
    const again = await windowTransport(real).invoke('networks.open', { file, ...asked });
    expect(again).toMatchObject({ name, outputShape: [6, 6, 4] });
    await real.close();
  });
});
