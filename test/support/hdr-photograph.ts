import { patternImage } from './pattern-image.ts';

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** A JPEG with a segment right after its start-of-image marker. */
const withSegment = (jpeg: Buffer, added: Buffer): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), added, jpeg.subarray(2)]);

const xmp = (description: string): Buffer =>
  segment(
    0xe1,
    Buffer.from(
      `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ` +
        `xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${description}</rdf:RDF></x:xmpmeta>`,
    ),
  );

const hdrgm = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"';
const google = 'http://ns.google.com/photos/1.0/container';

/** The index of a multi-picture file (CIPA DC-007): two pictures, the second right after the first. */
function pictureIndex(firstLength: number, secondLength: number): Buffer {
  const before = 4;
  const index = Buffer.alloc(before + 82);
  index.write('MPF\0II*\0', 'latin1');
  const word = (position: number, value: number) => index.writeUInt32LE(value, before + position);
  word(4, 8);
  index.writeUInt16LE(3, before + 8);
  const entries = [
    [0xb000, 7, 4, Buffer.from('0100').readUInt32LE()],
    [0xb001, 4, 1, 2],
    [0xb002, 7, 32, 50],
  ] as const;
  for (const [number, [tag, type, count, value]] of entries.entries()) {
    const position = 10 + number * 12;
    index.writeUInt16LE(tag, before + position);
    index.writeUInt16LE(type, before + position + 2);
    word(position + 4, count);
    word(position + 8, value);
  }
  // Offsets count from the byte-order mark, which stands 10 bytes into the file.
  const length = firstLength + index.length + 4;
  word(50, 0x030000);
  word(54, length);
  word(70, secondLength);
  word(74, length - 10);
  return segment(0xe2, index);
}

/** A photograph as phones take them (Ultra HDR): an ordinary JPEG, followed by a map of how much brighter it could be. */
export async function hdrPhotograph(): Promise<{ readonly photograph: Buffer; readonly ordinary: Buffer }> {
  const gains =
    'hdrgm:GainMapMin="0" hdrgm:GainMapMax="2" hdrgm:Gamma="1" hdrgm:OffsetSDR="0.015625" hdrgm:OffsetHDR="0.015625" ' +
    'hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="2" hdrgm:BaseRenditionIsHDR="False"';
  const map = withSegment(
    await patternImage(160, 120).greyscale().jpeg().toBuffer(),
    xmp(`<rdf:Description ${hdrgm} ${gains}/>`),
  );
  const ordinary = await patternImage(640, 480).jpeg().toBuffer();
  const item = (semantic: string, more: string): string =>
    `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="${semantic}" Item:Mime="image/jpeg" ${more}/></rdf:li>`;
  const described = withSegment(
    ordinary,
    xmp(
      `<rdf:Description xmlns:Container="${google}/" xmlns:Item="${google}/item/" ${hdrgm}><Container:Directory><rdf:Seq>` +
        item('Primary', '') +
        item('GainMap', `Item:Length="${map.length}"`) +
        `</rdf:Seq></Container:Directory></rdf:Description>`,
    ),
  );
  const indexed = withSegment(described, pictureIndex(described.length, map.length));
  return { photograph: Buffer.concat([indexed, map]), ordinary };
}
