/** What other features may use of this one. */
export { OWNER_SESSION, OWNER_TOKEN } from './security-schemes.js';
