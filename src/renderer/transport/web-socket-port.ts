import { decodeMessage, encodeMessage } from '../../shared/contract/codec.ts';
import { HEARTBEAT_MILLISECONDS, SILENCE_MILLISECONDS } from '../../shared/contract/heartbeat.ts';
import type { Port } from '../../shared/contract/wire.ts';

/**
 * Opens the engine's socket.
 *
 * @param address `ws://127.0.0.1:4100/engine`
 * @returns the port once it is open
 * @throws Error when it cannot be opened
 */
export function openWebSocketPort(address: string): Promise<Port> {
  const socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  const messageListeners = new Set<(message: unknown) => void>();
  const closeListeners = new Set<() => void>();
  let lastSign = Date.now();

  const heartbeat = setInterval(() => {
    if (Date.now() - lastSign > SILENCE_MILLISECONDS) socket.close();
    else if (socket.readyState === WebSocket.OPEN) socket.send('alive');
  }, HEARTBEAT_MILLISECONDS);

  socket.addEventListener('message', ({ data }) => {
    lastSign = Date.now();
    if (!(data instanceof ArrayBuffer)) return;
    const message = decodeMessage(new Uint8Array(data));
    for (const listener of messageListeners) listener(message);
  });

  const port: Port = {
    post: (message) => socket.send(encodeMessage(message)),
    onMessage(listener) {
      messageListeners.add(listener);
      return () => void messageListeners.delete(listener);
    },
    onClose(listener) {
      closeListeners.add(listener);
      return () => void closeListeners.delete(listener);
    },
    close: () => socket.close(),
  };
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(port));
    socket.addEventListener('close', () => {
      clearInterval(heartbeat);
      for (const listener of closeListeners) listener();
      reject(new Error(`${address} does not answer.`));
    });
  });
}
