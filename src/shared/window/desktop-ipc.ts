import type { ConnectionState, FileChoiceKind, MenuCommand } from '../contract/bridge.ts';
import type { EndpointName, EventName } from '../contract/endpoint.ts';
import type { Outcome } from '../contract/wire.ts';

/** What the window asks Electron's main process for; each answers with an `Outcome`. */
export interface DesktopRequests {
  readonly invoke: readonly [name: EndpointName, request: unknown];
  readonly chooseFolder: readonly [];
  readonly chooseFiles: readonly [kind: FileChoiceKind];
  readonly grantPaths: readonly [paths: readonly string[]];
  readonly showRunFolder: readonly [runId: string];
}

/** What the main process tells the window unasked. */
export interface DesktopMessages {
  readonly event: readonly [name: EventName, event: unknown];
  readonly connection: readonly [state: ConnectionState];
  readonly menu: readonly [command: MenuCommand];
}

export type DesktopRequestHandlers = {
  readonly [Name in keyof DesktopRequests]: (...parameters: DesktopRequests[Name]) => Promise<Outcome>;
};

/** The preload's argument that carries the `HostInformation` as JSON: it is needed before anything can be asked. */
export const INFORMATION_ARGUMENT = '--thaw-information=';

/** Where the window's files are in Electron: a scheme of our own, which leads nowhere but to them. */
export const WINDOW_SCHEME = 'thaw';
export const WINDOW_ORIGIN = `${WINDOW_SCHEME}://window`;
