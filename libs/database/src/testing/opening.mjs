// A process that has opened a database and closed it again, and so has nothing more to do. It says what keeps it alive for
// no good reason: timers. Arguments: the built libs/database, the DATA_DIR.
const [, , entry, dataDir] = process.argv;
const { openDatabase } = await import(entry);
const quiet = () => undefined;

const database = await openDatabase({ dataDir, log: { debug: quiet, info: quiet, warn: quiet } });
await database.close();
process.stdout.write(JSON.stringify(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')));
