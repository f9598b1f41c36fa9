import type { z } from 'zod';
import { describeIssue } from '../../shared/errors/describe-issue.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** Says in words what is wrong with a request: for each field the rule, then what was received. */
export function usageError(endpoint: string, request: unknown, error: z.ZodError): ThawError {
  const problems = error.issues.map((issue) => {
    const name = issue.path.length === 0 ? 'the request' : issue.path.map(String).join('.');
    return `${name} ${describeIssue(request, issue)}`;
  });
  return new ThawError(
    'usage.invalid',
    `${problems.join('. ')}.`,
    `Mend the request '${endpoint}' and send it again.`,
    {
      cause: error,
    },
  );
}
