// What concerns the whole process comes before any other code.
import './keep-a-tick.js';
import './tight-heap.js';

const { run } = await import('./run.js');
await run();
