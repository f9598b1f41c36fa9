/** Words of the frame around every view. */
export const shell = {
  product: 'Thaw',
  skipToView: 'Skip to the view',
  views: {
    dataset: 'Dataset',
    network: 'Network',
    train: 'Train',
    runs: 'Runs',
    predict: 'Predict',
    settings: 'Settings',
  },
  railLabel: 'Views',
  breadcrumbLabel: 'What is being worked on',
  noDataset: 'no dataset',
  readingDataset: 'reading the dataset…',
  runCrumb: (runId: string) => `run ${runId}`,
  running: 'training',
  noticesLabel: 'Notices',
  dismiss: 'Dismiss',
  copyDetails: 'Copy details',
  copied: 'Copied',
  starting: 'Starting Thaw…',
  startFailed: 'The window could not reach the engine.',
  startHint: 'Start Thaw again; if that does not help, run "thaw doctor".',
  reload: 'Reload',
  standIn: {
    title: 'A stand-in runtime is in use.',
    hint: (electron: string) =>
      `Electron's own program could not be fetched, so this window runs on Electron ${electron}, which gets no updates any more. It loads local content only. Run the set-up again where the network allows it.`,
  },
  engine: {
    lost: 'The engine has ended. It is being started again.',
    lostHint: 'What you entered here is kept. A run under way is interrupted and can be resumed.',
    restarted: 'The engine is back.',
    restartedHint: 'A run that was under way is marked interrupted; resume it in Runs.',
  },
  resizePane: (name: string) => `Resize ${name}`,
} as const;
