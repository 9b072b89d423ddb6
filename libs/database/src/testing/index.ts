export { openScratchDatabase } from './scratch-database.js';
