/** What other features may use of this one. */
export { AdminModule } from './admin.module.js';
export { OwnerLogin } from './owner-login.service.js';
export { OwnerOnly } from './owner.guard.js';
