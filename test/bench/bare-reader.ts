// What the time of a backup is measured against: the pages of one list by bare HTTP, so many at a time, of which nothing is
// made. So both have the same upstream and the same machine at nearly the same moment.
import { Agent, get } from 'node:http';

export interface BareReading {
  /** Of the list. */
  url: string;
  accessToken: string;
  /** As often as it takes, from the first page again. */
  calls: number;
  pages: number;
  pageSize: number;
  atOnce: number;
}

const { url, accessToken, calls, pages, pageSize, atOnce } = JSON.parse(process.argv[2] ?? '{}') as BareReading;
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
const headers = { authorization: `Bearer ${accessToken}` };

function read(page: number): Promise<void> {
  return new Promise((resolve, reject) => {
    get(`${url}?limit=${pageSize}&offset=${(page % pages) * pageSize}`, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`HTTP ${String(response.statusCode)}`));
      response.on('error', reject).on('end', resolve).resume();
    }).on('error', reject);
  });
}

let next = 0;
async function lane(): Promise<void> {
  while (next < calls) {
    next += 1;
    await read(next - 1);
  }
}

const begun = performance.now();
await Promise.all(Array.from({ length: atOnce }, lane));
process.stdout.write(`${(performance.now() - begun) / 1000}\n`);
agent.destroy();
