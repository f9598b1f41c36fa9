import type { Command } from 'commander';

/**
 * What of a command line names nobody and no place: the words of its command and the names of its options, without what was
 * given to them.
 *
 * @param program what the command belongs to
 * @param parameters what follows its name
 */
export function commandWords(program: Command, parameters: readonly string[]): string {
  const words = [program.name()];
  let command: Command = program;
  let isCommand = true;
  for (const parameter of parameters) {
    if (parameter === '--') break;
    if (parameter.startsWith('-')) {
      const name = parameter.split('=')[0];
      if (command.options.some(({ short, long }) => name === short || name === long)) words.push(name ?? '');
      continue;
    }
    const next: Command | undefined = isCommand
      ? command.commands.find((inner) => inner.name() === parameter)
      : undefined;
    isCommand = next !== undefined;
    if (!next) continue;
    command = next;
    words.push(parameter);
  }
  return words.join(' ');
}
