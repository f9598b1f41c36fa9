import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ReconnectingTransport } from '../../../src/shared/contract/reconnecting-transport.ts';
import type { Invocation, Port } from '../../../src/shared/contract/wire.ts';
import { expectError } from '../../support/expect-error.ts';

/** One end of a port in this process; the test is the other. */
function openPort(): {
  readonly port: Port;
  readonly tell: (message: unknown) => void;
  readonly sent: Invocation[];
  readonly drop: () => void;
} {
  const messages = new Set<(message: unknown) => void>();
  const closes = new Set<() => void>();
  const sent: Invocation[] = [];
  const drop = (): void => closes.forEach((listener) => listener());
  const port: Port = {
    post: (message) => void sent.push(message as Invocation),
    onMessage: (listener) => {
      messages.add(listener);
      return () => void messages.delete(listener);
    },
    onClose: (listener) => {
      closes.add(listener);
      return () => void closes.delete(listener);
    },
    close: drop,
  };
  return { port, sent, drop, tell: (message) => messages.forEach((listener) => listener(message)) };
}

describe('a transport that connects again', () => {
  it('keeps requests until it is first open', async () => {
    const end = openPort();
    let opened: (port: Port) => void = () => undefined;
    const transport = new ReconnectingTransport({
      again: 'connected',
      open: () => new Promise((resolve) => (opened = resolve)),
    });
    const beginning = transport.begin();
    const answer = transport.invoke('runs.list', {});
    opened(end.port);
    await beginning;
    await vi.waitFor(() => expect(end.sent).toHaveLength(1));
    end.tell({ kind: 'answer', id: end.sent[0]?.id, response: [] });
    expect(await answer).toEqual([]);
  });

  it('refuses what is under way when it is lost, tells so, and hears events again once it is back', async () => {
    const ends = [openPort(), openPort()];
    let next = 0;
    const transport = new ReconnectingTransport({
      again: 'restarted',
      open: () => {
        const end = ends[next++];
        return end ? Promise.resolve(end.port) : Promise.reject(new Error('none left'));
      },
    });
    const states: string[] = [];
    const events: unknown[] = [];
    transport.onConnection((state) => states.push(state));
    transport.subscribe('run', (event) => events.push(event));
    await transport.begin();
    const asked = transport.invoke('runs.list', {});
    await vi.waitFor(() => expect(ends[0]?.sent).toHaveLength(1));
    ends[0]?.drop();
    await expectError(() => asked, 'engine.lost');
    await expectError(() => transport.invoke('runs.list', {}), 'engine.lost');
    expect(transport.lost).toBe(true);
    await vi.waitFor(() => expect(states).toEqual(['lost', 'restarted']), { timeout: 5000 });
    expect(transport.lost).toBe(false);
    ends[1]?.tell({ kind: 'event', name: 'run', event: 'of the new connection' });
    expect(events).toEqual(['of the new connection']);
  });

  it('waits longer each time it is refused', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const tries: number[] = [];
    const transport = new ReconnectingTransport({
      again: 'connected',
      open: () => {
        tries.push(performance.now());
        return Promise.reject(new Error('not there'));
      },
    });
    await expect(transport.begin()).rejects.toThrow('not there');
    const trying = transport.reopen();
    while (tries.length < 4) await vi.advanceTimersByTimeAsync(50);
    transport.end();
    await vi.runAllTimersAsync();
    await trying;
    const pauses = tries.slice(1).map((time, index) => time - (tries[index] ?? 0));
    expect(pauses[2]).toBeGreaterThan(1.5 * (pauses[1] ?? 0));
  });

  it('stays closed once it was ended', async () => {
    const end = openPort();
    const open = vi.fn(() => Promise.resolve(end.port));
    const transport = new ReconnectingTransport({ again: 'connected', open });
    await transport.begin();
    transport.end();
    end.drop();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(open).toHaveBeenCalledTimes(1);
  });
});
