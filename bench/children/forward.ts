/** `forward.ts NETWORK BATCH`: a batch of pixels through a frozen network, its BatchNorms folded, to probabilities. */
import { answerSteps } from './answer-steps.ts';
import { loadProgram } from './load-program.ts';

const [network = '', batch = ''] = process.argv.slice(2);
const { session, images } = loadProgram(network, Number(batch), 'features', null);
await answerSteps('Thaw', () => {
  const { probabilities } = session.run('predict', { images });
  if (!Number.isFinite(probabilities?.data[0])) throw new TypeError('The measured batch gave no finite probability.');
});
