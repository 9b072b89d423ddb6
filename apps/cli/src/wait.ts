import { type Surroundings, say } from './command.js';
import { type Kind, follow } from './follow.js';
import type { Job } from './job.js';
import { ProgressView } from './progress-view.js';

/**
 * Shows how a backup or a restore gets on.
 *
 * @param left what is to be known by whoever does not wait until its end
 * @returns as it has ended; null when Ctrl-C has ended the wait
 */
export async function wait<One extends Job>(
  kind: Kind<One>,
  { id }: One,
  left: readonly string[],
  { service, output, isTerminal, now, pause, interrupted }: Surroundings,
): Promise<One | null> {
  const view = new ProgressView(output, isTerminal, now);
  let last: One | null = null;
  try {
    for await (const news of follow(service, kind, id, { pause, now })) {
      if ('lost' in news) view.note(`${news.lost.message} It is tried again for a minute.`);
      else {
        last = news.job;
        view.show(last);
      }
    }
  } catch (error) {
    view.clear();
    if (!interrupted.aborted) throw error;
    const [first = '', ...rest] = left;
    say(output, `Not waiting any longer; the ${kind.noun} goes on in the service: ${first}`, ...rest);
    return null;
  }
  view.clear();
  return last;
}
