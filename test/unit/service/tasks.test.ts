import { describe, expect, it } from 'vitest';
import { EventHub } from '../../../src/engine/service/event-hub.ts';
import { Tasks } from '../../../src/engine/service/tasks.ts';
import { expectError } from '../../support/expect-error.ts';

describe('the tasks of a service that closes', () => {
  it.each([['followed'], [undefined]])('are ended and waited for, with the id %s', async (taskId) => {
    const tasks = new Tasks(new EventHub());
    const said: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const task = tasks.run(taskId, 'image', async ({ signal }) => {
      await gate.promise;
      said.push('last written');
      signal.throwIfAborted();
    });
    const failed = expectError(() => task, 'task.cancelled');
    const closing = tasks.close().then(() => said.push('closed'));
    gate.resolve(undefined);
    await failed;
    await closing;
    expect(said).toEqual(['last written', 'closed']);
  });

  it('are no longer begun', async () => {
    const tasks = new Tasks(new EventHub());
    await tasks.close();
    await expectError(() => tasks.run('late', 'image', () => Promise.resolve()), 'task.cancelled');
  });
});
