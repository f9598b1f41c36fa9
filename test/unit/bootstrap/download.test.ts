import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { download } from '../../../scripts/bootstrap/download.mjs';
import { sendBytes, startServer } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const body = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 251));
const checksum = { algorithm: 'sha256' as const, hex: createHash('sha256').update(body).digest('hex') };
let files = 0;
const newFile = () => path.join(folder, `file-${++files}.bin`);

const how = { checksum, pauseMilliseconds: 1, connectMilliseconds: 5000, stallMilliseconds: 5000 };

/** Downloads and gives what was said besides. */
async function get(url: string, file: string, options: Partial<Parameters<typeof download>[0]> = {}) {
  const said: string[] = [];
  await download({ ...how, url, file, say: (line) => said.push(line), ...options });
  return said;
}

describe('a download', () => {
  it('ends as the whole file, and a second one asks nobody', async () => {
    const server = await startServer((request, response) => {
      sendBytes(request, response, body);
    });
    const file = newFile();
    await get(`${server.address}/a`, file);
    await get(`${server.address}/a`, file);
    expect(readFileSync(file)).toEqual(body);
    expect(server.asked).toEqual(['/a']);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it('goes on where an interrupted one ended', async () => {
    const server = await startServer((request, response) => {
      sendBytes(request, response, body);
    });
    const file = newFile();
    writeFileSync(`${file}.part`, body.subarray(0, 40_000));
    await get(`${server.address}/a`, file);
    expect(readFileSync(file)).toEqual(body);
    expect(server.asked).toEqual(['/a from 40000']);
  });

  it('goes on by itself when the connection breaks', async () => {
    let broken = false;
    const server = await startServer((request, response) => {
      if (broken) {
        sendBytes(request, response, body);
        return;
      }
      broken = true;
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 50));
    });
    const file = newFile();
    const said = await get(`${server.address}/a`, file);
    expect(readFileSync(file)).toEqual(body);
    expect(server.asked[1]).toMatch(/^\/a from \d+$/);
    expect(said).toEqual([expect.stringMatching(/trying again \(2 of 4\)$/)]);
  });

  it('starts over when the server does not know ranges', async () => {
    const server = await startServer((_, response) => response.writeHead(200).end(body));
    const file = newFile();
    writeFileSync(`${file}.part`, 'something else');
    await get(`${server.address}/a`, file);
    expect(readFileSync(file)).toEqual(body);
  });

  it('takes a part that was whole already', async () => {
    const server = await startServer((request, response) => {
      sendBytes(request, response, body);
    });
    const file = newFile();
    writeFileSync(`${file}.part`, body);
    await get(`${server.address}/a`, file);
    expect(readFileSync(file)).toEqual(body);
  });

  it('throws away a part of another file and starts over', async () => {
    const server = await startServer((request, response) => {
      sendBytes(request, response, body);
    });
    const file = newFile();
    writeFileSync(`${file}.part`, Buffer.alloc(40_000));
    await get(`${server.address}/a`, file);
    expect(readFileSync(file)).toEqual(body);
    expect(server.asked).toEqual(['/a from 40000', '/a']);
  });

  it('refuses a file with another checksum, and leaves nothing behind', async () => {
    const server = await startServer((request, response) => {
      sendBytes(request, response, Buffer.from('forged'));
    });
    const file = newFile();
    await expect(get(`${server.address}/a`, file, { tries: 2 })).rejects.toThrow(
      new RegExp(`must have sha256 ${checksum.hex}, found [0-9a-f]{64}`),
    );
    expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false]);
  });

  it('says which server refused, without asking it again', async () => {
    const server = await startServer((_, response) => response.writeHead(404).end());
    await expect(get(`${server.address}/a`, newFile())).rejects.toThrow(
      /^file-\d+\.bin: 127\.0\.0\.1:\d+ answered 404/,
    );
    expect(server.asked).toEqual(['/a']);
  });

  it('asks a server that is overloaded again', async () => {
    let asked = 0;
    const server = await startServer((request, response) => {
      if (++asked < 3) response.writeHead(503).end();
      else sendBytes(request, response, body);
    });
    const file = newFile();
    await get(`${server.address}/a`, file);
    expect(readFileSync(file)).toEqual(body);
  });

  it.each([
    ['no answer comes', 0, /no answer within 0.2 s/],
    ['the body stops coming', 1000, /nothing came for 0.2 s/],
  ])('gives up when %s', async (_, sent, message) => {
    const server = await startServer((_request, response) => {
      if (sent === 0) return;
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, sent));
    });
    const limits = { tries: 1, connectMilliseconds: sent === 0 ? 200 : 5000, stallMilliseconds: 200 };
    await expect(get(`${server.address}/a`, newFile(), limits)).rejects.toThrow(message);
  });

  it('without a checksum never goes on with a part', async () => {
    const server = await startServer((request, response) => {
      sendBytes(request, response, body);
    });
    const file = newFile();
    writeFileSync(`${file}.part`, 'of another version');
    await get(`${server.address}/a`, file, { checksum: null });
    expect(server.asked).toEqual(['/a']);
    expect(readFileSync(file)).toEqual(body);
  });
});
