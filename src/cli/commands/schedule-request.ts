import type { EarlyStoppingPlan, SchedulePlan } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** What `thaw train` was given about the learning rate's course. */
export interface ScheduleFlags {
  readonly schedule?: SchedulePlan['kind'];
  readonly scheduleFactor?: number;
  /** Of `step`, or the patience of `plateau`. */
  readonly scheduleEpochs?: number;
  readonly scheduleDecay?: number;
  readonly scheduleFloor?: number;
  readonly scheduleMonitor?: EarlyStoppingPlan['monitor'];
}

/** The settings that a schedule has, by the ends of their flags' names. */
const SETTINGS: Readonly<Record<SchedulePlan['kind'], readonly string[]>> = {
  constant: [],
  step: ['factor', 'epochs'],
  exponential: ['factor'],
  inverseTime: ['decay'],
  cosine: ['floor'],
  plateau: ['factor', 'epochs', 'floor', 'monitor'],
};

/** @throws ThawError `usage.invalid` for a setting that the schedule does not have */
export function scheduleRequest(flags: ScheduleFlags): TrainingPlanRequest['schedule'] {
  const { schedule: kind = 'constant' } = flags;
  const given = {
    factor: flags.scheduleFactor,
    epochs: flags.scheduleEpochs,
    decay: flags.scheduleDecay,
    floor: flags.scheduleFloor,
    monitor: flags.scheduleMonitor,
  };
  const settings = Object.entries(given).filter(([, value]) => value !== undefined);
  const foreign = settings.find(([name]) => !SETTINGS[kind].includes(name));
  if (foreign) {
    const owners = Object.entries(SETTINGS).flatMap(([owner, names]) => (names.includes(foreign[0]) ? [owner] : []));
    throw new ThawError(
      'usage.invalid',
      `--schedule-${foreign[0]} belongs to the schedule ${owners.join(' or ')}; received it with ${kind}.`,
      `Leave it out, or pass --schedule ${owners[0]}.`,
    );
  }
  if (flags.schedule === undefined) return undefined;
  const named = settings.map(([name, value]) => [kind === 'plateau' && name === 'epochs' ? 'patience' : name, value]);
  return { kind, ...Object.fromEntries(named) } as TrainingPlanRequest['schedule'];
}
