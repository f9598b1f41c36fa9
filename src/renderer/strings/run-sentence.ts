/** Parts of the sentence that tells what a run was and what came of it. */
export const runSentence = {
  beginnings: {
    queued: 'Waits to begin:',
    running: 'Under way:',
    paused: 'Paused:',
    finished: 'Finished:',
    stopped: 'Stopped:',
    failed: 'Failed:',
    interrupted: 'Interrupted:',
  },
  epochs: (done: number, planned: number) =>
    done === planned ? `${planned} ${planned === 1 ? 'epoch' : 'epochs'}` : `${done} of ${planned} epochs`,
  what: {
    features: (network: string) => `of a new head on the features of ${network}`,
    finetune: (network: string) => `of fine-tuning ${network}`,
    scratch: (network: string) => `of training ${network} from scratch`,
  },
  foreign: 'of a training that another program logged',
  on: (images: string, classes: number, dataset: string) => ` on ${images} images in ${classes} classes of ${dataset}`,
  in: (time: string) => `, in ${time}`,
  stoppedEarly: (monitor: string) => `It ended early, for ${monitor} no longer became better.`,
  best: (accuracy: string, epoch: number) => `The best validation accuracy is ${accuracy}, at epoch ${epoch}.`,
  test: (accuracy: string) => `On the test images it is ${accuracy}.`,
  unchanged: (tensors: number) =>
    tensors === 1
      ? 'The one frozen tensor is unchanged, bit for bit.'
      : `All ${tensors} frozen tensors are unchanged, bit for bit.`,
  changed: 'Some frozen tensors have changed, which must not happen.',
} as const;
