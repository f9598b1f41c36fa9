import path from 'node:path';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { interleave } from './interleave.ts';
import { compare } from './statistics.ts';
import { StepProcess } from './step-process.ts';

const BATCH = 16;
/** The default of a plan. */
const INTERVAL = 50;
const MOST_PERCENT = 3;
/** Steps of a round. */
const CASES = [
  { network: 'mobilenet_v1_0.25_224', part: 'all', steps: 20 },
  { network: 'mobilenet_v1_0.25_224', part: 'head', steps: 2000 },
] as const;

async function measure(
  { network, part, steps }: (typeof CASES)[number],
  { signal, runs, say }: BenchContext,
): Promise<BenchResult> {
  await using stack = new AsyncDisposableStack();
  const child = path.join(import.meta.dirname, 'children', 'introspection.ts');
  const sides: StepProcess[] = [];
  for (const interval of [1, 0]) {
    const args = [child, network, String(BATCH), part, String(interval)];
    sides.push(stack.use(await StepProcess.start(process.execPath, args, signal)));
  }
  // The first of each kind plans its graph.
  for (const side of sides) await side.run(3);
  const [looking = [], plain = []] = await interleave(
    sides.map((side) => async () => (await side.run(steps)).seconds),
    runs,
    signal,
    (round) => say(`introspection/${part}: round ${round} of ${runs}`),
  );
  // Steps that look and steps that do not differ by more than noise; one in so many of them by less.
  const thaw = looking.map((seconds, round) => (100 * (seconds / (plain[round] ?? NaN) - 1)) / INTERVAL);
  return compare({
    name: `introspection/${network}/${part}`,
    unit: '%',
    better: 'lower',
    thaw,
    peer: null,
    peerName: null,
    target: { of: 'thaw', value: MOST_PERCENT },
  });
}

/** What it costs to know of each layer's gradient and drift. */
export const introspection: Bench = {
  name: 'introspection',
  description: `what a step in ${INTERVAL} that tells of its layers adds to a run's time, in percent`,
  async run(context) {
    const results: BenchResult[] = [];
    for (const which of CASES) results.push(await measure(which, context));
    return results;
  },
};
