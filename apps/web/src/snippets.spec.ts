import { expect, it } from 'vitest';
import { cardHtml, cardMarkdown, musicHome, widgetHtml } from './snippets.js';

const ORIGIN = 'https://music.example';

it('names only what is chosen', () => {
  const plain = widgetHtml(ORIGIN, { theme: 'auto', layout: 'row' });
  expect(plain).toContain('<script type="module" src="https://music.example/widget.js"></script>\n');
  expect(plain).toContain('<tonearm-now-playing></tonearm-now-playing>');
  expect(widgetHtml(ORIGIN, { theme: 'dark', layout: 'tall' })).toContain(
    '<tonearm-now-playing theme="dark" layout="tall"></tonearm-now-playing>',
  );
});

it('links the card to where the music comes from, in HTML and in Markdown', () => {
  const home = 'https://open.spotify.com/';
  expect(cardHtml(ORIGIN, 'auto', home)).toBe(
    '<a href="https://open.spotify.com/"><img src="https://music.example/currently-playing/card.svg" alt="What I am listening to"></a>',
  );
  expect(cardMarkdown(ORIGIN, 'dark', home)).toBe(
    '[![What I am listening to](https://music.example/currently-playing/card.svg?theme=dark)](https://open.spotify.com/)',
  );
});

it('has no card that would inherit: it has no page to do so from', () => {
  expect(cardMarkdown(ORIGIN, 'inherit', ORIGIN)).toContain('/card.svg)');
});

const last = { title: 'a', artist: 'b', songUrl: 'https://www.last.fm/music/a', playedAt: null };

it.each([
  ['the song that plays', 'https://open.spotify.com/track/1', last, 'https://open.spotify.com/'],
  ['the last one', '', last, 'https://www.last.fm/'],
  ['one of a service without https', 'http://music.local:8080/a', null, 'http://music.local:8080/'],
  ['nothing yet', '', null, null],
  ['no address', 'javascript:alert(1)', null, null],
])('knows where the music comes from by %s', (_, songUrl, lastPlayed, home) => {
  expect(musicHome({ songUrl, lastPlayed })).toBe(home);
});
