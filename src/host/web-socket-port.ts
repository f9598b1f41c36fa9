import type { Socket } from 'node:net';
import { decodeMessage, encodeMessage } from '../shared/contract/codec.ts';
import { HEARTBEAT_MILLISECONDS, SILENCE_MILLISECONDS } from '../shared/contract/heartbeat.ts';
import type { Port } from '../shared/contract/wire.ts';

/** What of the package `ws` is used here; it brings no types of its own. */
export interface ServerSocket {
  readonly readyState: number;
  readonly OPEN: number;
  readonly isPaused: boolean;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array, sent?: () => void): void;
  close(code?: number): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: 'message', listener: (data: Uint8Array, isBinary: boolean) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** While this much waits to be sent, nothing more is asked of the engine for this client. */
const BUSY_BYTES = 8 * 1024 ** 2;
/** A client this far behind is let go; it comes back and takes a snapshot. */
const HOPELESS_BYTES = 256 * 1024 ** 2;

const PROTOCOL_ERROR = 1002;

/**
 * A browser's socket as a port: messages are binary frames, text frames are signs of life.
 *
 * @param connection the TCP connection below, whose arriving bytes count as a sign of life: a large upload is one frame
 */
export function webSocketPort(socket: ServerSocket, connection: Socket): Port {
  const messageListeners = new Set<(message: unknown) => void>();
  const closeListeners = new Set<() => void>();
  let lastSign = Date.now();
  let bytesSeen = 0;

  const heartbeat = setInterval(() => {
    if (connection.bytesRead !== bytesSeen) {
      bytesSeen = connection.bytesRead;
      lastSign = Date.now();
    }
    if (Date.now() - lastSign > SILENCE_MILLISECONDS) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.send('alive');
  }, HEARTBEAT_MILLISECONDS);
  heartbeat.unref();

  socket.on('message', (data, isBinary) => {
    if (!isBinary) return;
    let message: unknown;
    try {
      message = decodeMessage(data);
    } catch {
      socket.close(PROTOCOL_ERROR);
      return;
    }
    for (const listener of messageListeners) listener(message);
  });
  // A frame over the limit or a broken one: the library closes the socket, `close` follows.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(heartbeat);
    for (const listener of closeListeners) listener();
  });

  return {
    post(message) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(encodeMessage(message), () => {
        if (socket.isPaused && socket.bufferedAmount < BUSY_BYTES) socket.resume();
      });
      if (socket.bufferedAmount > HOPELESS_BYTES) socket.terminate();
      else if (socket.bufferedAmount > BUSY_BYTES) socket.pause();
    },
    onMessage(listener) {
      messageListeners.add(listener);
      return () => void messageListeners.delete(listener);
    },
    onClose(listener) {
      closeListeners.add(listener);
      return () => void closeListeners.delete(listener);
    },
    close() {
      socket.close();
    },
  };
}
