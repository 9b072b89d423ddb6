import { expect, it } from 'vitest';
import { cardHtml, cardMarkdown, widgetHtml } from './snippets.js';

const ORIGIN = 'https://music.example';

it('names only what is chosen', () => {
  const plain = widgetHtml(ORIGIN, { theme: 'auto', layout: 'row' });
  expect(plain).toContain('<script type="module" src="https://music.example/widget.js"></script>\n');
  expect(plain).toContain('<tonearm-now-playing></tonearm-now-playing>');
  expect(widgetHtml(ORIGIN, { theme: 'dark', layout: 'tall' })).toContain(
    '<tonearm-now-playing theme="dark" layout="tall"></tonearm-now-playing>',
  );
});

it('links the card to the service, in HTML and in Markdown', () => {
  expect(cardHtml(ORIGIN, 'auto')).toBe(
    '<a href="https://music.example"><img src="https://music.example/currently-playing/card.svg" alt="What I am listening to"></a>',
  );
  expect(cardMarkdown(ORIGIN, 'dark')).toBe(
    '[![What I am listening to](https://music.example/currently-playing/card.svg?theme=dark)](https://music.example)',
  );
});
