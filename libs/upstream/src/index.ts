export { judgeByStatus, parseJson } from './upstream-answer.js';
export type { UpstreamAnswer, Verdict } from './upstream-answer.js';
export { LONGEST_BLOCK_MS, UpstreamBlocksInMemory, isOfWrongClock, longest } from './upstream-blocks.js';
export type { UpstreamBlock, UpstreamBlocks } from './upstream-blocks.js';
export { UpstreamClient } from './upstream-client.js';
export type { UpstreamChange, UpstreamClientOptions, UpstreamLimits } from './upstream-client.js';
export { UpstreamError } from './upstream-error.js';
export type { UpstreamErrorKind } from './upstream-error.js';
