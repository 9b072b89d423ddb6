import { lastfm } from './lastfm/lastfm.provider.js';
import { register } from './provider.js';
import { spotify } from './spotify/spotify.provider.js';

/** Every provider there is. Adding one is a folder beside this file and one entry here. */
export const PROVIDERS = [register(lastfm), register(spotify)] as const;

export type { ConfiguredLinking, ConfiguredProvider, Provider } from './provider.js';
export { isRedirectUri } from './redirect-uri.js';
export { IsWebAddress } from './web-address.js';
export { IsWholeNumber } from './whole-number.js';
