import type { Palette } from './themes.js';

/** A record and its arm, for a song without a cover. Drawn in a square of 300. */
export function placeholder({ tone, soft, accent }: Palette): string {
  const grooves = [84, 68, 52].map((radius) => `<circle cx="140" cy="155" r="${radius}"/>`).join('');
  return (
    `<rect class="tone" width="300" height="300" fill="${tone}"/>` +
    '<circle cx="140" cy="155" r="100" fill="#15181d"/>' +
    `<g fill="none" stroke="#343a43" stroke-width="2">${grooves}</g>` +
    `<circle class="accent" cx="140" cy="155" r="34" fill="${accent}"/>` +
    `<circle class="tone" cx="140" cy="155" r="6" fill="${tone}"/>` +
    `<path class="arm" d="M262 42v92l-34 60" fill="none" stroke="${soft}" stroke-width="9" stroke-linecap="round" stroke-linejoin="round"/>` +
    `<circle class="soft" cx="262" cy="42" r="15" fill="${soft}"/>`
  );
}
