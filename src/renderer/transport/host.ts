import type { ConnectionState, FileChoiceKind, HostInformation, MenuCommand } from '../../shared/contract/bridge.ts';
import type { Transport } from '../../shared/contract/endpoint.ts';
import type { FileEntry } from '../../shared/contract/file-entry.ts';

/** How far an upload has come; in a browser only, where dropped files have no path. */
export interface UploadProgress {
  readonly files: number;
  readonly filesTotal: number;
  readonly bytes: number;
  readonly bytesTotal: number;
}

/** Follows an upload, and ends it: `grantDropped` and `grantFiles` then reject with `task.cancelled`. */
export interface UploadWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: UploadProgress) => void;
}

/** The window's way out, the same over Electron and over a browser's socket; the rest of the renderer knows no other. */
export interface Host {
  readonly information: HostInformation;
  readonly transport: Transport;
  /** The system's own dialog; null where there is none: then the window shows `files.browse`. */
  readonly dialogs: {
    readonly chooseFolder: () => Promise<FileEntry | null>;
    readonly chooseFiles: (kind: FileChoiceKind) => Promise<readonly FileEntry[]>;
  } | null;
  /**
   * Makes dropped or pasted files nameable: granted by their path on the desktop, uploaded in a browser.
   *
   * @param files with the relative path each has in what was dropped
   * @returns one entry for what was dropped, a folder as one
   */
  readonly grantDropped: (dropped: DataTransfer, watch?: UploadWatch) => Promise<readonly FileEntry[]>;
  readonly grantFiles: (files: readonly File[], watch?: UploadWatch) => Promise<readonly FileEntry[]>;
  /** Shows a run's folder in the system's own file manager; null where the window may be on another machine. */
  readonly showRunFolder: ((runId: string) => Promise<void>) | null;
  readonly onConnection: (listener: (state: ConnectionState) => void) => () => void;
  readonly onMenu: (listener: (command: MenuCommand) => void) => () => void;
}
