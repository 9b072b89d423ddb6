/** Moments at which a test kills a process to see what is left. */
export type FailpointName =
  'claim-before-send' | 'after-send' | 'after-response' | 'before-commit' | 'after-commit' | 'rotation-mid-batch';

/** Called at each moment; nothing in production. When it throws, everything is left as a kill would leave it. */
export type Failpoint = (name: FailpointName) => void | Promise<void>;

/** The one for production. */
export const NO_FAILPOINT: Failpoint = () => undefined;
