import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { HostMessage, HostRequest } from '../engine/service/engine-protocol.ts';
import { writeLocal } from '../engine/service/local-log.ts';
import { channelPort } from '../shared/contract/channel-port.ts';
import { engineLost } from '../shared/contract/connect.ts';
import { ReconnectingTransport } from '../shared/contract/reconnecting-transport.ts';
import type { Outcome, Port } from '../shared/contract/wire.ts';
import type { Places } from './places.ts';

/** Longer than the engine takes to stop its trainers. */
const END_GRACE_MILLISECONDS = 15_000;

interface Running {
  readonly child: ChildProcess;
  readonly host: Port;
  readonly grants: Map<number, (outcome: Outcome) => void>;
}

/**
 * The engine's process: started at once, started again with growing pauses whenever it ends. Its TypeScript runs unbuilt
 * on its own Node; typed arrays cross the channel as they are, from Electron's Node to that one.
 */
export class Engine {
  readonly transport: ReconnectingTransport;
  readonly #places: Places;
  #running: Running | null = null;
  #lastGrant = 0;

  constructor(places: Places) {
    this.#places = places;
    this.transport = new ReconnectingTransport({ open: () => this.#start(), again: 'restarted' });
  }

  /** For the tests that end it. */
  get pid(): number | null {
    return this.#running?.child.pid ?? null;
  }

  begin(): void {
    this.transport.begin().catch(() => this.transport.reopen());
  }

  /** Lets the window name a path that a person chose. @returns a `FileEntry`, or why not */
  grant(file: string): Promise<Outcome> {
    const running = this.#running;
    if (!running) return Promise.resolve({ kind: 'refusal', error: engineLost().toJSON() });
    return new Promise((resolve) => {
      this.#lastGrant += 1;
      running.grants.set(this.#lastGrant, resolve);
      this.#ask(running, { kind: 'grant', id: this.#lastGrant, path: file });
    });
  }

  /** Ends it: what runs stops after its step, its checkpoint kept. */
  async end(): Promise<void> {
    this.transport.end();
    const running = this.#running;
    if (!running) return;
    await new Promise<void>((resolve) => {
      const killer = setTimeout(() => running.child.kill('SIGKILL'), END_GRACE_MILLISECONDS);
      running.child.once('exit', () => {
        clearTimeout(killer);
        resolve();
      });
      this.#ask(running, { kind: 'end' });
    });
  }

  #ask({ host }: Running, request: HostRequest): void {
    host.post(request);
  }

  /** @returns the window's side of its channel, once it answers */
  #start(): Promise<Port> {
    const { root, node } = this.#places;
    // Electron's `fork` would start Electron's own Node.
    const child = spawn(node, [path.join(root, 'src/engine/service/engine-process.ts')], {
      cwd: root,
      // A terminal's Ctrl+C must reach it through us alone.
      detached: process.platform !== 'win32',
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const host = channelPort(child, 'host');
    const running: Running = { child, host, grants: new Map() };
    this.#running = running;
    return new Promise((resolve, reject) => {
      host.onMessage((received) => {
        const message = received as HostMessage;
        switch (message.kind) {
          case 'ready':
            resolve(channelPort(child, 'contract'));
            return;
          case 'granted':
            running.grants.get(message.id)?.(message.outcome);
            running.grants.delete(message.id);
            return;
        }
      });
      const gone = (error: Error): void => {
        if (this.#running === running) this.#running = null;
        for (const refuse of running.grants.values()) refuse({ kind: 'refusal', error: engineLost().toJSON() });
        running.grants.clear();
        reject(error);
      };
      child.once('error', gone);
      child.once('exit', (code, signal) => {
        const ending = signal === null ? `code ${code ?? 0}` : `signal ${signal}`;
        if (code !== 0) writeLocal(this.#places.home, 'warning', `The engine's process ended with ${ending}.`);
        gone(new Error('The engine ended before it was ready.'));
      });
    });
  }
}
