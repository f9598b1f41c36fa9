/** `hold-lock FILE MILLISECONDS`: takes the lock, says `taken`, holds it, says `let go`. */
import { withLock } from '../../../scripts/bootstrap/lock.mjs';

const [file = '', milliseconds = ''] = process.argv.slice(2);
await withLock(file, 'holding a lock for a test', async () => {
  process.send?.('taken');
  await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
  process.send?.('let go');
});
process.disconnect();
