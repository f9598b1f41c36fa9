/** Takes the exit code of a command that ended without an exception. */
export type SetExitCode = (code: number) => void;
