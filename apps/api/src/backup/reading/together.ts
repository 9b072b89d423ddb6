/** All of them side by side; fails with the first that does, when the others are done. */
export async function together<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const running = tasks.map((task) => task());
  await Promise.allSettled(running);
  return Promise.all(running);
}
