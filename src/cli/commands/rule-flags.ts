import type { Command } from 'commander';
import type { FreezeRule } from '../../shared/contract/plan.ts';

/**
 * Adds `--freeze`, `--thaw` and the like to a command.
 *
 * @returns the rules, filled while the command line is read: all flags write there, so that the order is the command line's
 */
export function addRuleFlags(command: Command): FreezeRule[] {
  const rules: FreezeRule[] = [];
  const add = (action: FreezeRule['action']) => (pattern: string) => void rules.push({ action, pattern });
  command
    .option(
      '--freeze <rule>',
      'layer, block, last:N, from:NAME or /regex/; may be repeated, the last rule wins',
      add('freeze'),
    )
    .option('--thaw <rule>', 'the opposite of --freeze', add('thaw'))
    .option(
      '--freeze-statistics <rule>',
      "keep BatchNorms' moving statistics though they train; in one order with --freeze and --thaw",
      add('freezeStatistics'),
    )
    .option(
      '--thaw-statistics <rule>',
      "let frozen BatchNorms' moving statistics follow the images",
      add('thawStatistics'),
    );
  return rules;
}
