/** No event of ours is as long. */
const MOST_SIGNS = 8 * 1024 * 1024;

/** A server-sent event. */
export interface Event {
  name: string;
  data: string;
}

/** The events of a stream, comments left out. @param heard is called with everything that comes, comments too */
export async function* events(
  chunks: AsyncIterable<Uint8Array>,
  heard: () => void = () => undefined,
): AsyncGenerator<Event> {
  const decoder = new TextDecoder();
  let rest = '';
  let name = 'message';
  let data: string[] = [];
  for await (const chunk of chunks) {
    heard();
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > MOST_SIGNS) throw new Error('An event is too long.');
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.map((ended) => ended.replace(/\r$/, ''))) {
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'event') name = value ?? '';
      else if (field === 'data') data.push(value ?? '');
      else if (line === '') {
        if (data.length > 0) yield { name, data: data.join('\n') };
        [name, data] = ['message', []];
      }
    }
  }
}
