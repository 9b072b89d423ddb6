/** One message of a stream. */
export interface StreamEvent {
  id: string;
  document: Readonly<Record<string, unknown>>;
}

/** Somebody who listens. */
export interface Listener {
  response: Response;
  /** Everything that has come so far, letter by letter. */
  text: () => string;
  /** The messages that have come so far. */
  events: () => StreamEvent[];
  /** Whether the service has ended it. */
  isOver: () => boolean;
  leave: () => void;
}

/** Begins to listen; resolves with the head of the answer. */
export async function listen(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/currently-playing/stream`, { headers, signal: leaving.signal });
  let text = '';
  let isOver = false;
  void (async () => {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) break;
        text += value;
      }
    } catch {
      // Left, or cut off: what has come is what counts.
    }
    isOver = true;
  })();
  return {
    response,
    text: () => text,
    events: () => eventsIn(text),
    isOver: () => isOver,
    leave: () => {
      leaving.abort();
    },
  };
}

function eventsIn(text: string): StreamEvent[] {
  return text.split('\n\n').flatMap((block) => {
    const id = /^id: (.+)$/m.exec(block)?.[1];
    const data = /^data: (.+)$/m.exec(block)?.[1];
    if (id === undefined || data === undefined) return [];
    const document: unknown = JSON.parse(data);
    return typeof document === 'object' && document !== null ? [{ id, document: { ...document } }] : [];
  });
}
