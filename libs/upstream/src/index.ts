export * from './retry-after.js';
export * from './upstream-answer.js';
export * from './upstream-blocks.js';
export * from './upstream-client.js';
export * from './upstream-error.js';
