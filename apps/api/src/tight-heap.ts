// Memory may grow by this much before what is no longer used is looked for. Left to itself V8 lets it become a multiple
// where the machine has plenty: a backup of a large library then holds five times what one of a small library does, most
// of it garbage. Less than this makes a start slower.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--heap-growing-percent=60');
