import path from 'node:path';
import { z } from 'zod';
import type { Bench } from './bench.ts';
import { runCommand } from './run-command.ts';
import { compare } from './statistics.ts';

const NETWORK = 'mobilenet_v1_0.25_32';
const BATCH = 4;
/** Pools and caches are full by the first of them. */
const FROM = 2000;
const TO = 10_000;
const MEGABYTE = 2 ** 20;
const MOST_MEGABYTES = 20;

const answer = z.array(z.object({ steps: z.int(), residentBytes: z.number(), tensors: z.int() }));

/** That a run may go on for days: what a process holds does not grow with its steps. */
export const leak: Bench = {
  name: 'leak',
  description: `growth of resident memory, and of tensors held, from step ${FROM} to step ${TO} of one process`,
  async run({ signal, say }) {
    const child = path.join(import.meta.dirname, 'children', 'leak.ts');
    say(`leak: ${TO} steps of ${NETWORK}`);
    const args = [child, NETWORK, String(BATCH), String(FROM), String(TO)];
    const { document } = await runCommand(process.execPath, args, { signal });
    const [before, after] = answer.parse(document);
    if (!before || !after) throw new Error('The measured process told of too few steps.');
    const grown = (after.residentBytes - before.residentBytes) / MEGABYTE;
    const about = { better: 'lower', peer: null, peerName: null } as const;
    return [
      compare({
        ...about,
        name: 'leak/memory',
        unit: 'MiB',
        thaw: [grown],
        target: { of: 'thaw', value: MOST_MEGABYTES },
      }),
      compare({
        ...about,
        name: 'leak/tensors',
        unit: '',
        thaw: [after.tensors - before.tensors],
        target: { of: 'thaw', value: 0 },
      }),
    ];
  },
};
