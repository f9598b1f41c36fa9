import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freezePlan } from '../../src/engine/freeze/freeze-plan.ts';
import { compileProgram } from '../../src/engine/graph/program.ts';
import type { Program } from '../../src/engine/graph/program-description.ts';
import { withHead } from '../../src/engine/network/head.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { deviceInformation } from '../../src/engine/runtime/binding.ts';
import { assignValues } from '../../src/engine/runtime/assign-values.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { initialValues } from '../../src/engine/weights/initialise.ts';
import type { FreezeRule, OptimizerPlan, Precision, Strategy } from '../../src/shared/contract/plan.ts';

export const CLASSES = 2;

export interface LoadOptions {
  readonly strategy: Strategy;
  readonly rules?: readonly FreezeRule[];
  /** null leaves out what trains. */
  readonly optimizer: OptimizerPlan | null;
  /** Of all layers; float32 by default. */
  readonly precision?: Precision;
  /** Whether a step is given images whatever is frozen. */
  readonly uncached?: boolean;
  /** Whether the tensors are left without values. */
  readonly empty?: boolean;
}

export interface Loaded {
  readonly program: Program;
  readonly session: Session;
  /** Pixels of images that show nothing, as `images` is fed: uint8 [batch, height, width, 3], the same each time. */
  readonly images: { readonly data: readonly [Uint8Array]; readonly shape: readonly [] };
}

/** Loads a network with a new head and random weights, ready to run. */
export function loadProgram(name: string, batch: number, options: LoadOptions): Loaded {
  const { strategy, rules = [], optimizer, precision = 'float32', uncached = false, empty = false } = options;
  const { build, preprocessing } = findNetwork(name);
  const { height, width } = preprocessing;
  const network = withHead(build(), { classes: CLASSES, dropout: 0 });
  const plan = freezePlan(network, strategy, rules);
  const program = compileProgram({
    network,
    plan: uncached ? { ...plan, cut: [] } : plan,
    preprocessing,
    optimizer,
    kernels: deviceInformation().kernels,
    precision: { frozen: precision, trainable: precision },
  });
  const directory = mkdtempSync(path.join(tmpdir(), 'thaw-bench-'));
  const session = Session.load(directory, program.savedModel, program.signatures);
  rmSync(directory, { recursive: true });
  if (!empty) assignValues(session, program, initialValues(network, 1));
  const pixels = Uint8Array.from(
    { length: batch * height * width * 3 },
    (_, index) => Math.imul(index, 2654435761) >>> 24,
  );
  return { program, session, images: { data: [pixels], shape: [] } };
}
