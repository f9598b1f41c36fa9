import type { FastifyReply } from 'fastify';

/** Why a request was refused, for programs and for people. */
export interface ModelProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** After how many seconds it may be asked again. */
  readonly retryAfter?: number;
}

/** Sends `{"error": {"code", "message", "hint"}}`. */
export function sendProblem(
  reply: FastifyReply,
  { status, retryAfter, code, message, hint }: ModelProblem,
): FastifyReply {
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  // Names the scheme, as RFC 6750 asks.
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="thaw"');
  return reply.code(status).send({ error: { code, message, hint } });
}

/** Thrown by a handler, sent by the host. */
export class RequestRefused extends Error {
  readonly problem: ModelProblem;

  constructor(problem: ModelProblem) {
    super(problem.message);
    this.problem = problem;
  }
}
