/** `compile.ts NETWORK`: a network with a new head, everything trainable, from its layers to a loaded program. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freezePlan } from '../../src/engine/freeze/freeze-plan.ts';
import { compileProgram } from '../../src/engine/graph/program.ts';
import { withHead } from '../../src/engine/network/head.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { answerSteps } from './answer-steps.ts';

const [networkName = ''] = process.argv.slice(2);
const { build, preprocessing } = findNetwork(networkName);
const base = build();
const directory = mkdtempSync(path.join(tmpdir(), 'thaw-bench-'));

/** Every signature of a run, not the train step alone. */
function compile(): void {
  // A network of its own each time, of which nothing is known from the time before.
  const network = withHead({ ...base }, { classes: 2, dropout: 0 });
  const program = compileProgram({
    network,
    plan: freezePlan(network, 'finetune', []),
    preprocessing,
    optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
  });
  Session.load(directory, program.savedModel, program.signatures).dispose();
}

try {
  await answerSteps('Thaw', compile);
} finally {
  rmSync(directory, { recursive: true });
}
