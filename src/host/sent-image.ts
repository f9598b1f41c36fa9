import type { FastifyRequest } from 'fastify';
import { RequestRefused } from './model-problem.ts';

const END_OF_HEAD = '\r\n\r\n';
/** Of one part of a form; a head beyond it is none. */
const MOST_HEAD_BYTES = 8192;

/** The content of the first part of a form that is a file, as RFC 7578 has it; the body is in memory and bounded by then. */
function fileOfForm(body: Buffer, type: string): Uint8Array | null {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  const boundary = `--${quoted ?? plain ?? ''}`;
  // Every part begins after the boundary's line and ends before the line of the next one.
  let start = body.indexOf(boundary);
  while (start !== -1) {
    const head = body.indexOf(END_OF_HEAD, start);
    const end = body.indexOf(`\r\n${boundary}`, start + boundary.length);
    if (head === -1 || end === -1 || head > end || head - start > MOST_HEAD_BYTES) return null;
    const isFile = /^content-disposition:.*;\s*filename\*?=/im.test(body.toString('latin1', start, head));
    if (isFile) return body.subarray(head + END_OF_HEAD.length, end);
    start = end + 2;
  }
  return null;
}

/**
 * The image that a request brings: its body, or the first file of a form.
 *
 * @throws RequestRefused where it brings none
 */
export function sentImage({ body, headers }: FastifyRequest): Uint8Array {
  const type = headers['content-type'] ?? '';
  if (Buffer.isBuffer(body) && body.length > 0) {
    const image = /^multipart\//i.test(type) ? fileOfForm(body, type) : body;
    if (image !== null && image.length > 0) return image;
  }
  throw new RequestRefused({
    status: 422,
    code: 'image.missing',
    message: 'A request to predict brings an image; this one brought none.',
    hint: 'Send the file as the body, or as the one file of a form.',
  });
}
