import { stat } from 'node:fs/promises';
import { DatabaseError } from '../database-error.js';
import { type Account, runProgram } from './run-program.js';

/** Made when the machine has no `postgres` user. */
const OWN_NAME = 'tonearm';

/** Debian and Red Hat know the first pair, busybox (Alpine) the second. */
const CREATE: readonly (readonly [string, ...string[]])[][] = [
  [
    ['groupadd', '--system', OWN_NAME],
    [
      'useradd',
      '--system',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/bin/false',
      '-g',
      OWN_NAME,
      OWN_NAME,
    ],
  ],
  [
    ['addgroup', '-S', OWN_NAME],
    ['adduser', '-S', '-D', '-H', '-h', '/nonexistent', '-s', '/bin/false', '-G', OWN_NAME, OWN_NAME],
  ],
];

/**
 * Who Postgres runs as when this process is root, which Postgres refuses to be: the owner of the cluster if there is one,
 * else the machine's `postgres` user, else one of our own. Absent when this process is not root: then as this process.
 * @param cluster where the cluster is, if it exists
 * @throws DatabaseError `account_missing`, `data_dir_unusable`
 */
export async function postgresAccount(cluster: string | undefined): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (cluster !== undefined) return ownerOf(cluster);
  return (await lookUp('postgres')) ?? (await lookUp(OWN_NAME)) ?? (await create());
}

async function ownerOf(cluster: string): Promise<Account> {
  const { uid, gid } = await stat(cluster);
  if (uid !== 0) return { uid, gid };
  throw new DatabaseError(
    'data_dir_unusable',
    `The database in ${cluster} belongs to root, and Postgres refuses to run as root.`,
    `Give it to the user it ran as before: chown -R postgres: ${cluster}`,
  );
}

async function lookUp(name: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([runProgram('id', ['-u', name]), runProgram('id', ['-g', name])]);
  if (!uid.ok || !gid.ok) return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}

async function create(): Promise<Account> {
  for (const [group, user] of CREATE) {
    if (!group || !user) continue;
    // The group may be there already, from a start that was killed in between; only the user counts.
    await runProgram(group[0], group.slice(1));
    await runProgram(user[0], user.slice(1));
    const made = await lookUp(OWN_NAME);
    if (made) return made;
  }
  throw new DatabaseError(
    'account_missing',
    'Tonearm runs as root, Postgres refuses to run as root, and no user for it could be created.',
    `Create one (useradd --system ${OWN_NAME}), or start Tonearm as an ordinary user, or set DATABASE_URL.`,
  );
}
