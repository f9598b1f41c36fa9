import type { EndpointName, EventName } from './endpoint.ts';
import type { Outcome } from './wire.ts';

/** What the engine is doing as seen from a window. `restarted`: it came back, and what was under way there is lost. */
export type ConnectionState = 'connected' | 'lost' | 'restarted';

export interface HostInformation {
  readonly kind: 'desktop' | 'web';
  readonly thaw: string;
  /** Electron's version; null in a browser. */
  readonly electron: string | null;
  /** True for the end-of-life runtime that stands in where Electron's own could not be fetched. */
  readonly standIn: boolean;
  readonly platform: string;
}

/** What a menu of the desktop asks the window to do. */
export type MenuCommand =
  | {
      readonly kind:
        | 'openDataset'
        | 'openFeatures'
        | 'importRuns'
        | 'find'
        | 'preferences'
        | 'train'
        | 'stop'
        | 'undo'
        | 'redo'
        | 'about';
    }
  | { readonly kind: 'openRecent'; readonly grantId: string; readonly name: string };

export const FILE_CHOICE_KINDS = ['images', 'weights', 'model', 'features', 'runs'] as const;
export type FileChoiceKind = (typeof FILE_CHOICE_KINDS)[number];

/** The desktop preload's whole surface, on `window.thaw`: no Node, no paths, no channel names. */
export interface DesktopBridge {
  readonly information: HostInformation;
  readonly invoke: (name: EndpointName, request: unknown) => Promise<Outcome>;
  /** @returns the function that ends the subscription */
  readonly subscribe: (listener: (name: EventName, event: unknown) => void) => () => void;
  readonly onConnection: (listener: (state: ConnectionState) => void) => () => void;
  readonly onMenu: (listener: (command: MenuCommand) => void) => () => void;
  /** The system's dialog: answers with a `FileEntry`, or null when it was dismissed. */
  readonly chooseFolder: () => Promise<Outcome>;
  /** Answers with `FileEntry[]`. */
  readonly chooseFiles: (kind: FileChoiceKind) => Promise<Outcome>;
  /** Answers with `FileEntry[]`. Only what a person dropped or chose has a path here: others are refused. */
  readonly grantFiles: (files: File[]) => Promise<Outcome>;
  /** Shows a run's folder in the system's own file manager. */
  readonly showRunFolder: (runId: string) => Promise<Outcome>;
}
