// A process that asks two servers in turn, at an even pace, so that whatever holds the machine up holds up both. Prints as
// JSON how long the slowest hundredth of the answers of each took, run by run.
import { Agent, request } from 'node:http';

/** What to ask, and how often. */
export interface Pace {
  urls: readonly [string, string];
  runs: number;
  /** Of a run. */
  seconds: number;
  /** Between two requests, in milliseconds. */
  everyMs: number;
  connections: number;
  /** The tag that every answer must carry. */
  etag: string;
}

const pace = JSON.parse(process.argv[2] ?? '{}') as Pace;
const agent = new Agent({ keepAlive: true, maxSockets: pace.connections });

/** @returns how long the answer took, in milliseconds */
function timed(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const sent = request(url, { agent }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        if (answer.headers.etag === pace.etag) resolve(performance.now() - begun);
        else reject(new Error(`${url} is not what is to be measured.`));
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** @returns the 99th percentile of each */
async function run(): Promise<number[]> {
  const answers: [Promise<number>[], Promise<number>[]] = [[], []];
  await new Promise<void>((resolve) => {
    const end = performance.now() + pace.seconds * 1000;
    let asked = 0;
    const timer = setInterval(() => {
      const turn = asked++ % 2 === 0 ? 0 : 1;
      answers[turn].push(timed(pace.urls[turn]));
      if (performance.now() < end) return;
      clearInterval(timer);
      resolve();
    }, pace.everyMs);
  });
  const times = await Promise.all(answers.map((all) => Promise.all(all)));
  return times.map((all) => all.sort((one, other) => one - other)[Math.floor(all.length * 0.99)] ?? Number.NaN);
}

const found: number[][] = [];
// The first is for making connections and compiling.
for (let index = 0; index <= pace.runs; index += 1) found.push(await run());
process.stdout.write(JSON.stringify(found.slice(1)));
agent.destroy();
