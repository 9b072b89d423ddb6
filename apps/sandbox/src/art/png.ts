import { crc32, deflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const eightBitsOfRedGreenBlue = [8, 2, 0, 0, 0];
/** Each byte is written as what it differs from the one of the pixel to its left: smooth pictures become small. */
const filterSub = 1;

/** A PNG of a square. `rgb` holds three bytes per pixel, row by row. */
export function encodePng(size: number, rgb: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set(eightBitsOfRedGreenBlue, 8);
  const stride = size * 3;
  const rows = Buffer.alloc((stride + 1) * size);
  for (let row = 0; row < size; row += 1) {
    const to = row * (stride + 1);
    const from = row * stride;
    rows[to] = filterSub;
    for (let at = 0; at < stride; at += 1) {
      const left = at < 3 ? 0 : (rgb[from + at - 3] ?? 0);
      rows[to + 1 + at] = (rgb[from + at] ?? 0) - left;
    }
  }
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
