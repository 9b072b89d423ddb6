/**
 * Waits for something, but not for ever; what comes late comes to nothing.
 *
 * @param late makes the error for when the time is over
 */
export async function inTime<T>(waiting: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, milliseconds);
  });
  try {
    return await Promise.race([waiting, over]);
  } finally {
    clearTimeout(timer);
  }
}
