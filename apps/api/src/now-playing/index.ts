/** What other features may use of this one. */
export { CurrentlyPlaying, Degraded } from './now-playing.dto.js';
export { NowPlayingModule } from './now-playing.module.js';
export { NowPlayingService, type Shown } from './now-playing.service.js';
