const LONGEST_PAUSE_MS = 150;

/** Asks until it holds; for what another process does in its own time. Fails with the last reason after some seconds. */
export async function eventually<T>(ask: () => Promise<T>, patienceMs = 20_000): Promise<T> {
  const end = Date.now() + patienceMs;
  // What has not come soon comes late: asking takes time from whoever is asked.
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
