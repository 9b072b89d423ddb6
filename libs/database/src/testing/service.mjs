// A service reduced to its database, to be killed: opens the DATA_DIR, says so, and writes rows one after the other, saying
// each number once the database has acknowledged it. Arguments: the built libs/database, the DATA_DIR.
const [, , entry, dataDir] = process.argv;
const { openDatabase } = await import(entry);
const say = (line) => process.stdout.write(`${line}\n`);
const quiet = () => undefined;

try {
  const { prisma } = await openDatabase({ dataDir, log: { debug: quiet, info: quiet, warn: quiet } });
  say('open');
  for (let number = 1; ; number += 1) {
    await prisma.upstreamBlock.create({
      data: { upstream: `row-${number}`, blockedUntil: new Date(0), reason: 'written by a service that is killed' },
    });
    say(`acknowledged ${number}`);
  }
} catch (error) {
  say(`failed ${error.code}`);
  process.exit(1);
}
