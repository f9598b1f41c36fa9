/** Words that the system shows on our behalf: menu, dialogs, notifications. */
export const strings = {
  product: 'Thaw',
  menu: {
    file: 'File',
    open: 'Open dataset…',
    preferences: 'Preferences…',
    quit: 'Quit',
    edit: 'Edit',
    find: 'Find',
    training: 'Training',
    train: 'Train',
    stop: 'Stop',
    view: 'View',
    help: 'Help',
    about: 'About Thaw',
  },
  chooseFolder: 'Choose a folder of images',
  chooseImages: 'Choose images',
  chooseWeights: 'Choose weights',
  images: 'Images',
  weights: 'Weights',
  allFiles: 'All files',
  closing: {
    message: 'Training is under way.',
    detail:
      'If you close Thaw now, training stops after the step under way and its checkpoint is kept: you can resume it.',
    stop: 'Stop and keep checkpoint',
    stay: 'Keep the window',
  },
  ended: {
    finished: 'Training has finished',
    stopped: 'Training was stopped',
    failed: 'Training has failed',
    interrupted: 'Training was interrupted',
    body: (runId: string) => `Run ${runId}`,
  },
  cannotStart: 'Thaw cannot start',
} as const;
