import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freezePlan } from '../../src/engine/freeze/freeze-plan.ts';
import { compileProgram } from '../../src/engine/graph/program.ts';
import { withHead } from '../../src/engine/network/head.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { initialValues } from '../../src/engine/weights/initialise.ts';
import type { OptimizerPlan, Strategy } from '../../src/shared/contract/plan.ts';

export const CLASSES = 2;

interface Loaded {
  readonly session: Session;
  /** Pixels of images that show nothing, as `images` is fed: uint8 [batch, height, width, 3], the same each time. */
  readonly images: { readonly data: readonly [Uint8Array]; readonly shape: readonly [] };
}

/**
 * Loads a network with a new head and random weights, ready to run.
 *
 * @param optimizer null leaves out what trains
 */
export function loadProgram(name: string, batch: number, strategy: Strategy, optimizer: OptimizerPlan | null): Loaded {
  const { build, preprocessing } = findNetwork(name);
  const network = withHead(build(), { classes: CLASSES, dropout: 0 });
  const program = compileProgram({ network, plan: freezePlan(network, strategy, []), preprocessing, optimizer });
  const directory = mkdtempSync(path.join(tmpdir(), 'thaw-bench-'));
  const session = Session.load(directory, program.savedModel, program.signatures);
  rmSync(directory, { recursive: true });
  session.run('assign', program.assignFeeds(initialValues(network, 1)));
  const count = batch * preprocessing.height * preprocessing.width * 3;
  const pixels = Uint8Array.from({ length: count }, (_, index) => Math.imul(index, 2654435761) >>> 24);
  return { session, images: { data: [pixels], shape: [] } };
}
