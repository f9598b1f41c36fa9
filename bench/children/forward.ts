/** `forward.ts NETWORK BATCH [PRECISION]`: a batch of pixels through a frozen network, BatchNorms folded, to probabilities. */
import { z } from 'zod';
import { PRECISIONS } from '../../src/shared/contract/plan.ts';
import { answerSteps } from './answer-steps.ts';
import { loadProgram } from './load-program.ts';

const [network = '', batch = '', type] = process.argv.slice(2);
const precision = z.enum(PRECISIONS).default('float32').parse(type);
const { session, images } = loadProgram(network, Number(batch), { strategy: 'features', optimizer: null, precision });
await answerSteps('Thaw', () => {
  const { probabilities } = session.run('predict', { images });
  if (!Number.isFinite(probabilities?.data[0])) throw new TypeError('The measured batch gave no finite probability.');
});
