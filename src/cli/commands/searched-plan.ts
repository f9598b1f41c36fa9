import { Option, type Command } from 'commander';
import type { Request, Transport } from '../../shared/contract/endpoint.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { addPlanFlags, type PlanFlags } from './plan-flags.ts';

type SearchedPlan = Request<'training.findRate'>['plan'];

/** What says of which plan steps are tried. */
export interface SearchedFlags extends PlanFlags {
  readonly run?: string;
}

/**
 * Adds the flags of a plan, and one for a run that it branches off.
 *
 * @returns what makes a request of the flags that were given
 */
export function addSearchedPlan(command: Command): (engine: Transport, flags: SearchedFlags) => Promise<SearchedPlan> {
  const requestOf = addPlanFlags(command);
  command.addOption(
    new Option(
      '--run <id>',
      `try a branch of this run: its plan, but for what is given, from its checkpoint: ${RUN_CHECKPOINT.replace('by its best checkpoint', 'its last checkpoint').replace('@last', '@best')}`,
    ).conflicts(['weights', 'network', 'model']),
  );
  return async (engine, { run, ...flags }) => {
    const plan = await requestOf(engine, flags);
    if (run === undefined) return plan;
    const { rules = [], learningRateRules = [], ...others } = plan;
    return {
      ...others,
      // Without any the run's own hold.
      ...(rules.length > 0 && { rules }),
      ...(learningRateRules.length > 0 && { learningRateRules }),
      parent: { relation: 'branched', ...runCheckpoint(run) },
    };
  };
}
