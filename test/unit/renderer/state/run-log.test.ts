import { expect, it } from 'vitest';
import { RunLog } from '../../../../src/renderer/state/run-log.svelte.ts';
import type { Request, Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { RunLine, RunLines } from '../../../../src/shared/contract/run-lines.ts';

/** A log of so many lines, each third of which is a warning; what is written later is there when it is asked for next. */
function logOf(lines: number) {
  const all: RunLine[] = [];
  const write = (more: number): void => {
    for (let line = 0; line < more; line += 1) {
      const position = all.length + 1;
      all.push({
        position,
        time: position,
        level: position % 3 === 0 ? 'warning' : 'information',
        text: `${position}`,
      });
    }
  };
  write(lines);
  const read = ({ from = 1, limit, levels }: Request<'runs.lines'>): RunLines => {
    const fitting = all.filter(({ position, level }) => position >= from && (levels?.includes(level) ?? true));
    const warning = all.filter(({ level }) => level === 'warning').length;
    return {
      lines: fitting.slice(0, limit),
      counts: { information: all.length - warning, warning, error: 0, trainer: 0 },
      next: fitting[limit]?.position ?? null,
    };
  };
  const transport = {
    invoke: (_name: string, request: unknown) => Promise.resolve(read(request as Request<'runs.lines'>)),
  } as Pick<Transport, 'invoke'>;
  return { log: new RunLog(transport, 'a-run'), write };
}

const positions = ({ lines }: RunLog): number[] => lines.map(({ position }) => position);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

it('shows a log page by page, each line once, however quickly pages are asked for', async () => {
  const { log } = logOf(450);
  await log.refresh();
  expect(log.lines).toHaveLength(200);
  expect(log.hasMore).toBe(true);
  expect(log.total).toBe(450);
  await Promise.all([log.more(), log.more()]);
  expect(positions(log)).toEqual(upTo(450));
  expect(log.hasMore).toBe(false);
});

it('takes up what is logged meanwhile, after all that is older', async () => {
  const { log, write } = logOf(3);
  await log.refresh();
  write(2);
  await log.refresh();
  expect(positions(log)).toEqual(upTo(5));
  const long = logOf(250);
  await long.log.refresh();
  await long.log.refresh();
  expect(positions(long.log)).toEqual(upTo(200));
});

it('shows the lines of one level, and drops what was on its way for another', async () => {
  const { log } = logOf(30);
  const late = log.refresh();
  await log.choose('warning');
  await late;
  expect(positions(log)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
  expect(log.total).toBe(10);
  await log.choose(null);
  expect(positions(log)).toEqual(upTo(30));
});

it('goes on after an answer that failed', async () => {
  let fails = true;
  const { log } = logOf(0);
  const transport = {
    invoke: () => {
      if (fails) return Promise.reject(new Error('the engine is away'));
      return Promise.resolve({ lines: [], counts: { information: 0, warning: 0, error: 0, trainer: 0 }, next: null });
    },
  } as unknown as Pick<Transport, 'invoke'>;
  const broken = new RunLog(transport, 'a-run');
  await expect(broken.refresh()).rejects.toThrow('away');
  fails = false;
  await broken.refresh();
  expect(broken.counts).not.toBeNull();
  expect(log.counts).toBeNull();
});
