import type { ExplainAnswers, ExplainJob } from '../training/explain/answer.ts';
import type { ServiceContext } from './context.ts';

/**
 * Asks the process that is kept for it.
 *
 * @throws ThawError what the process met; the signal's reason
 */
export async function askExplainer<Kind extends ExplainJob['kind']>(
  context: ServiceContext,
  job: Extract<ExplainJob, { readonly kind: Kind }>,
  signal?: AbortSignal,
): Promise<ExplainAnswers[Kind]> {
  // Each job has its own answer.
  return context.explainer.ask(job, signal) as Promise<ExplainAnswers[Kind]>;
}
