import type { FastifyReply } from 'fastify';
import type { Socket } from 'node:net';

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

/** Tells who sent no whole request in time, or what is none, and hangs up. */
export function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const body = JSON.stringify({
    error: isLate
      ? { code: 'server.late', message: 'The request took too long to come.', hint: 'Send it faster.' }
      : { code: 'request.invalid', message: 'This is no HTTP request.', hint: 'Look at the request.' },
  });
  const status = isLate ? '408 Request Timeout' : '400 Bad Request';
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`;
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
  socket.destroySoon();
}

/** Thrown by a handler, sent by the host. */
export class RequestRefused extends Error {
  readonly problem: ModelProblem;

  constructor(problem: ModelProblem) {
    super(problem.message);
    this.problem = problem;
  }
}
