import { ArchiveError } from './archive-error.js';
import type { DocumentGuard } from './documents.js';
import { lines } from './lines.js';
import type { OutputFile } from './output-file.js';

const END = ']}';

/** Writes a JSON document whose last property is a list, one item a line, so that it can be read line by line. */
export class LineDocumentWriter {
  private items = 0;

  private constructor(private readonly file: OutputFile) {}

  /** @param head all of it, with an empty list as its last property */
  static async begin(file: OutputFile, head: object): Promise<LineDocumentWriter> {
    await file.write(`${JSON.stringify(head).slice(0, -END.length)}\n`);
    return new LineDocumentWriter(file);
  }

  /** @param line an item as JSON */
  async item(line: string): Promise<void> {
    await this.file.write(this.items === 0 ? line : `,\n${line}`);
    this.items += 1;
  }

  /** @returns how many items there are */
  async end(): Promise<number> {
    await this.file.write(this.items === 0 ? `${END}\n` : `\n${END}\n`);
    return this.items;
  }
}

/** Where a document is, and what must be in it. */
export interface LineDocument<Head, Item> {
  folder: string;
  /** Within the backup. */
  file: string;
  head: DocumentGuard<Head>;
  item: DocumentGuard<Item>;
}

/** Sees more than the items. */
export interface LineDocumentObserver<Head> {
  bytes?: (chunk: Buffer) => void;
  head?: (head: Head) => void;
  /** An item that the schema does not allow; it is left out. Without this, it ends the reading. */
  fault?: (what: string) => void;
}

/** The items, one after another, with their JSON. @throws ArchiveError `damaged` when it is no such document */
export async function* readItems<Head, Item>(
  { folder, file, head, item }: LineDocument<Head, Item>,
  observer: LineDocumentObserver<Head> = {},
): AsyncGenerator<{ item: Item; json: string }> {
  const damaged = (what: string) => new ArchiveError('damaged', `${file} is no document of a backup: ${what}.`);
  let number = 0;
  let expects: 'head' | 'item or end' | 'item' | 'end' | 'nothing' = 'head';
  for await (const line of lines(folder, file, observer.bytes)) {
    number += 1;
    if (expects === 'head') {
      const value = parse(`${line}${END}`);
      if (!head.accepts(value)) throw damaged(`in its first line, ${head.fault}`);
      observer.head?.(value);
      expects = 'item or end';
    } else if (line === END) {
      if (expects === 'item' || expects === 'nothing') throw damaged(`line ${number} ends it too early`);
      expects = 'nothing';
    } else if (expects === 'end' || expects === 'nothing') {
      throw damaged(`line ${number} comes after its end`);
    } else {
      const more = line.endsWith(',');
      const json = more ? line.slice(0, -1) : line;
      const value = parse(json);
      expects = more ? 'item' : 'end';
      if (item.accepts(value)) yield { item: value, json };
      else {
        const what = `line ${number}: ${value === undefined ? 'it is no JSON' : item.fault}`;
        if (!observer.fault) throw damaged(what);
        observer.fault(what);
      }
    }
  }
  if (expects !== 'nothing') throw damaged('its end is missing');
}

/** @returns undefined for what is no JSON, which no guard accepts */
export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
