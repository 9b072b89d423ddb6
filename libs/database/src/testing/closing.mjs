// A process that has closed all its notifications, in every state they can be in, and so has nothing more to do: it must
// end by itself. Argument: the built notifications.ts. Environment: DATABASE, of a Postgres, and MUTE, of a server that
// accepts and never answers.
const { openNotifications } = await import(process.argv[2]);
const { DATABASE, MUTE } = process.env;
const never = 3_600_000;
const quiet = () => undefined;

function open(connectionString, log = {}) {
  const slow = { retryMs: never, longestRetryMs: never, probeMs: never, patienceMs: never };
  return openNotifications({ connectionString, ...slow, log: { debug: quiet, info: quiet, warn: quiet, ...log } });
}

const idle = open(DATABASE);
await new Promise((resolve) => idle.listen('songs', resolve));
// Several at once: pg warns of its own queue of statements on stderr.
await Promise.all(['one', 'two', 'three'].map((channel) => idle.notify(channel)));

const speaking = open(DATABASE);
await speaking.notify('songs');

const connecting = open(DATABASE);
connecting.listen('songs', quiet);

const waiting = open(MUTE);
waiting.listen('songs', quiet);

let failed;
const lost = new Promise((resolve) => (failed = resolve));
const pausing = open('postgresql://127.0.0.1:1/music', { warn: failed });
pausing.listen('songs', quiet);
await lost;

const all = [open(DATABASE), idle, speaking, connecting, waiting, pausing];
await Promise.all([...all, ...all].map((notifications) => notifications.close()));
process.stdout.write('closed');
