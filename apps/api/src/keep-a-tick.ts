// Keeps one of Node's ticks for good, and is loaded before anything else. V8 forgets the shape of ticks when it collects
// garbage while there is none of them, as it does soon after a start, and from then on makes each of them by its slow way.
// An answer takes several of them: it took half as long again.
import { createHook } from 'node:async_hooks';

const kept: object[] = [];
const hook = createHook({
  init: (_id, type, _trigger, tick) => {
    if (type === 'TickObject') kept.push(tick);
  },
}).enable();
process.nextTick(() => undefined);
hook.disable();
