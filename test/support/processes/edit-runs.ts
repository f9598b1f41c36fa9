import { openLog } from '../../../src/engine/experiment/log.ts';
import { editRuns } from '../../../src/engine/experiment/run-edits.ts';

/** Numbers the note of a run again and again until it is killed; tells each number once the log has it. */
const [home = '', runId = ''] = process.argv.slice(2);
const log = openLog(home);
let number = 0;
setInterval(() => {
  number += 1;
  editRuns(log, { runIds: [runId], change: { note: String(number), addTags: [`tag ${number % 50}`] } });
  process.send?.({ number });
}, 1);
