// A process that prepares the programs of Postgres for an account, as one with a strict umask does, and says where they are,
// and on stderr what it had to do for that. Arguments: the built binaries.ts, a folder for copies, the account as JSON.
const [, , entry, copies, account] = process.argv;
const { prepareBinaries } = await import(entry);
const quiet = () => undefined;
const info = (line) => process.stderr.write(line);

process.umask(0o077);
const { postgres } = await prepareBinaries(JSON.parse(account), copies, { debug: quiet, info, warn: quiet });
process.stdout.write(postgres);
