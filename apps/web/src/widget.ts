import { NowPlayingElement } from './widget/now-playing-element.js';

// A page may load the script of two services.
if (!customElements.get('tonearm-now-playing')) customElements.define('tonearm-now-playing', NowPlayingElement);
