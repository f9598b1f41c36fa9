import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const request = z.object({ steps: z.int().min(1) });

/** VmHWM: the most physical memory this process ever held; null where the system does not tell. */
function peakMemoryBytes(): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

/** The child's side of `StepProcess`: says its name, then runs steps on request until stdin ends. */
export async function answerSteps(name: string, step: () => void | Promise<void>): Promise<void> {
  const say = (document: unknown): void => void process.stdout.write(`${JSON.stringify(document)}\n`);
  say({ name });
  for await (const line of createInterface({ input: process.stdin })) {
    const { steps } = request.parse(JSON.parse(line));
    const started = performance.now();
    for (let index = 0; index < steps; index++) {
      const running = step();
      // A step that is done by then costs no turn of the event loop.
      if (running) await running;
    }
    say({ seconds: (performance.now() - started) / 1000, peakMemoryBytes: peakMemoryBytes() });
  }
}
