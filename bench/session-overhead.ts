import path from 'node:path';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { PEERS } from './peer-python.ts';
import { compare } from './statistics.ts';
import { StepProcess } from './step-process.ts';

const RUNS_A_ROUND = 5000;
/** An upper bound of what is ours: TensorFlow's own part of a run is in it. */
const TARGET_MICROSECONDS = 300;

/** What a run costs whatever it computes; a training step pays it once. */
export const sessionOverhead: Bench = {
  name: 'session-overhead',
  description: 'microseconds of one run of a graph that computes next to nothing, against tf.function from Python',
  async run({ python, runs, say, signal }) {
    await using stack = new AsyncDisposableStack();
    const child = path.join(import.meta.dirname, 'children', 'session-run.ts');
    const sides = [stack.use(await StepProcess.start(process.execPath, [child], signal))];
    if (python !== null) {
      sides.push(stack.use(await StepProcess.start(python, [path.join(PEERS, 'tf_function_call.py')], signal)));
    }
    for (const side of sides) await side.run(RUNS_A_ROUND);
    const [thaw = [], peer = null] = await interleave(
      sides.map((side) => async () => ((await side.run(RUNS_A_ROUND)).seconds / RUNS_A_ROUND) * 1e6),
      runs,
      signal,
      (round) => say(`session-overhead: round ${round} of ${runs}`),
    );
    return [
      compare({
        name: 'session-overhead',
        unit: 'µs',
        better: 'lower',
        thaw,
        peer,
        peerName: sides[1]?.name ?? 'tf.function (absent)',
        target: { of: 'thaw', value: TARGET_MICROSECONDS },
      }),
    ];
  },
};
