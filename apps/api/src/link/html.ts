import { escapeMarkup } from '../answer/escape-markup.js';

/** A piece of HTML in which everything that came from outside is escaped. */
export class Html {
  constructor(readonly text: string) {}
}

/** Template tag: values are escaped unless they are `Html` themselves. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const filled = parts.map((part, index) => {
    const value = values[index] ?? '';
    return part + (value instanceof Html ? value.text : escapeMarkup(value));
  });
  return new Html(filled.join(''));
}
