import { describe, expect, it } from 'vitest';
import { type Event, events } from './events.js';

async function read(text: string, pieces: number): Promise<{ found: Event[]; heard: number }> {
  const bytes = new TextEncoder().encode(text);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const length = Math.ceil(bytes.length / pieces);
    for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.slice(at, at + length));
  }
  const found: Event[] = [];
  let heard = 0;
  for await (const event of events(chunks(), () => (heard += 1))) found.push(event);
  return { found, heard };
}

describe('events of a stream', () => {
  it('are the same however the bytes come, and comments are none', async () => {
    const text = 'data: {"name":"Ærø”"}\n\n:\n\nevent: removed\r\ndata: a\r\ndata:b\r\n\r\ndata: c\n\ndata: cut off';
    for (const pieces of [1, 3, 7, text.length]) {
      const { found, heard } = await read(text, pieces);
      expect(found).toEqual([
        { name: 'message', data: '{"name":"Ærø”"}' },
        { name: 'removed', data: 'a\nb' },
        { name: 'message', data: 'c' },
      ]);
      expect(heard).toBeGreaterThanOrEqual(pieces === text.length ? 1 : pieces);
    }
  });

  it('end when one of them has no end', async () => {
    await expect(read('x'.repeat(9 * 1024 * 1024), 2)).rejects.toThrow('too long');
  });
});
