import path from 'node:path';
import { afterEach } from 'vitest';
import { createService, type Service } from '../../src/engine/service/create-service.ts';
import type { ServiceOptions } from '../../src/engine/service/context.ts';
import type { RunEvent } from '../../src/shared/contract/event.ts';

export type TrainerEnding =
  | 'finish'
  | 'crash-at-start'
  | 'fail'
  | 'refuse'
  | 'killed'
  | 'out-of-memory'
  | 'bad-alloc'
  | 'wrong-proof'
  | 'until-stopped'
  | 'deaf'
  | 'linger'
  | 'stopped-early';

const open = new Set<Service>();
afterEach(async () => {
  await Promise.all([...open].map((service) => service.close()));
  open.clear();
});

/** The service over trainers that end as told, closed after each test; `events` fills as it tells them. */
export function scriptedService(
  home: string,
  ending: TrainerEnding,
  options: Pick<ServiceOptions, 'diskOf'> = {},
): Service & { readonly events: RunEvent[] } {
  process.env['THAW_TEST_TRAINER'] = ending;
  const service = createService({
    home,
    cache: path.join(home, 'cache'),
    ...options,
    entries: { trainer: path.join(import.meta.dirname, 'processes/scripted-trainer.ts') },
  });
  open.add(service);
  const events: RunEvent[] = [];
  service.transport.subscribe('run', (event) => events.push(event));
  return { ...service, events };
}
