import type { Port } from './wire.ts';

/** Either end of a forked process' channel: a `ChildProcess`, or `process` in the child. */
export interface Channel {
  readonly connected: boolean;
  send?(message: unknown, handle: undefined, options: undefined, told: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  disconnect?(): void;
}

/** `contract` is open to the window, `host` only to the process that started the engine. */
export type ChannelName = 'contract' | 'host';

interface Envelope {
  readonly to: ChannelName;
  readonly message: unknown;
}

/** One of the two conversations of a channel. Typed arrays cross by `serialization: 'advanced'`. */
export function channelPort(channel: Channel, name: ChannelName): Port {
  return {
    post(message) {
      const envelope: Envelope = { to: name, message };
      // What is on its way to an end that has just gone is moot: its end is told.
      if (channel.connected) channel.send?.(envelope, undefined, undefined, () => undefined);
    },
    onMessage(listener) {
      let listening = true;
      channel.on('message', (received) => {
        const { to, message } = received as Envelope;
        if (listening && to === name) listener(message);
      });
      return () => void (listening = false);
    },
    onClose(listener) {
      let listening = true;
      channel.on('disconnect', () => {
        if (listening) listener();
      });
      return () => void (listening = false);
    },
    close() {
      if (channel.connected) channel.disconnect?.();
    },
  };
}
