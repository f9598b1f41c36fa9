import { Option, type Command } from 'commander';
import type { Request, Transport } from '../../shared/contract/endpoint.ts';
import { planFile } from '../plan-file.ts';
import { RUN_CHECKPOINT, runCheckpoint } from '../run-checkpoint.ts';
import { onlyStart } from '../train-series.ts';
import { addPlanFlags, type PlanFlags } from './plan-flags.ts';

type SearchedPlan = Request<'training.findRate'>['plan'];

/** What says of which plan steps are tried. */
export interface SearchedFlags extends PlanFlags {
  readonly plan?: string;
  readonly run?: string;
}

/**
 * Adds the flags of a plan, and one for a run that it branches off.
 *
 * @returns what makes a request of the flags that were given
 */
export function addSearchedPlan(command: Command): (engine: Transport, flags: SearchedFlags) => Promise<SearchedPlan> {
  command.option('--plan <file>', 'a plan file, as `thaw train` takes it; of several plans the first');
  const requestOf = addPlanFlags(command);
  command.addOption(
    new Option(
      '--run <id>',
      `try a branch of this run: its plan, but for what is given, from its checkpoint: ${RUN_CHECKPOINT.replace('by its best checkpoint', 'its last checkpoint').replace('@last', '@best')}`,
    ).conflicts(['plan', 'weights', 'network', 'model']),
  );
  return async (engine, { plan: file, run, ...flags }) => {
    const plan = await requestOf(engine, flags);
    const [first] = file === undefined ? [] : (await planFile(engine, file, plan)).runs;
    if (first) return onlyStart(first);
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
