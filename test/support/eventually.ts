/** Asks until it holds; for what another process does in its own time. Fails with the last reason after some seconds. */
export async function eventually<T>(ask: () => Promise<T>, patienceMs = 20_000): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
