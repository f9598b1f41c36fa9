import path from 'node:path';
import { expect, it } from 'vitest';
import { processorSeconds } from '../../../bench/processor-time.ts';
import { writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

/** As proc(5) describes it: user time is the 14th field, system time the 15th. */
function stat(pid: number, name: string, parent: number, user: number, system: number): string {
  return `${pid} (${name}) S ${parent} 1 1 0 -1 4194304 10 20 30 40 ${user} ${system} 900 900 20 0 1 0 77 1000 50`;
}

it('adds what a process and all below it took, whatever they are called', async () => {
  await writeFiles(folder, {
    '10/stat': stat(10, 'node', 1, 100, 50),
    '11/stat': stat(11, 'a) worker (b', 10, 20, 0),
    '12/stat': stat(12, 'below', 11, 5, 5),
    '13/stat': stat(13, 'another', 1, 1000, 1000),
    cpuinfo: 'no process',
  });
  expect(processorSeconds(10, folder)).toBe(1.8);
  expect(processorSeconds(13, folder)).toBe(20);
});

it('tells nothing of a process that is gone, nor where there is no such list', () => {
  expect(processorSeconds(99, folder)).toBeNull();
  expect(processorSeconds(undefined, folder)).toBeNull();
  expect(processorSeconds(10, path.join(folder, 'none'))).toBeNull();
});
