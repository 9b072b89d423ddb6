/** What the rest of the service may use of this. */
export { ACCOUNTS, AccountsModule, type AccountsTuning } from './accounts.module.js';
export { type LinkingProvider, TokenEndpoints } from './token-endpoints.js';
export { LinkDto, toLinkDto } from './link.dto.js';
