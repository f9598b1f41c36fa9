import { openLog } from '../../../src/engine/experiment/log.ts';

/** Opens the log of a workspace, tells whether it could, and ends. */
const [home = ''] = process.argv.slice(2);
openLog(home).close();
process.send?.('opened');
