/** What is offered where the log cannot be read. */
export const logRecovery = {
  recover: 'Go on from the newest backup',
  recovering: 'Looking for a backup that is sound…',
  empty: 'Begin an empty log',
  reload: 'Reload',
  restored: (when: string) => `The log is that of ${when} again.`,
  begun: 'The log is a new, empty one.',
  kept: (folder: string) => `What was there before is kept in ${folder}.`,
  unknown: (count: number) =>
    count === 1
      ? 'The folder of one run stays, which this log does not know.'
      : `The folders of ${count} runs stay, which this log does not know.`,
  trained: (count: number) =>
    count === 1
      ? 'One run that waited then has trained since: it is interrupted, and can be resumed.'
      : `${count} runs that waited then have trained since: they are interrupted, and can be resumed.`,
} as const;
