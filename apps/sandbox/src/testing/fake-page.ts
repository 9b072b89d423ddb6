import { createContext, Script } from 'node:vm';

/** As much of an element of a page as the sandbox's script uses. */
export class FakeElement {
  textContent = '';
  hidden = false;
  value = '';
  readonly dataset: Record<string, string> = {};
  readonly children: FakeElement[] = [];
  readonly #attributes = new Map<string, string>();
  readonly #handlers = new Map<string, (event: unknown) => unknown>();

  append(...added: unknown[]): void {
    for (const one of added) if (one instanceof FakeElement) this.children.push(one);
  }

  setAttribute(name: string, value: string): void {
    this.#attributes.set(name, value);
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  addEventListener(name: string, handler: (event: unknown) => unknown): void {
    this.#handlers.set(name, handler);
  }

  /** Does what a person's press does, and waits for what follows from it. */
  async press(): Promise<void> {
    await this.#handlers.get('click')?.({});
  }
}

/** Runs a page's script once, with the sandbox at `url` behind it. Elements come into being when they are looked up. */
export function runScript(script: string, url: string): (id: string) => FakeElement {
  const elements = new Map<string, FakeElement>();
  const get = (id: string): FakeElement => {
    const element = elements.get(id) ?? new FakeElement();
    elements.set(id, element);
    return element;
  };
  const page = {
    document: { getElementById: get, createElement: () => new FakeElement(), activeElement: null },
    Option: FakeElement,
    fetch: (path: string, options: RequestInit) => fetch(url + path, options),
    setInterval: () => 0,
  };
  new Script(script).runInContext(createContext(page));
  return get;
}
