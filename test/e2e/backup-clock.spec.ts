import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { hourly } from '../support/hourly.js';
import { useLibrary } from '../support/library.js';
import { asOwner } from '../support/link-by-program.js';

const library = useLibrary();

interface Standing {
  alert: string | null;
  lastAt: string;
}

const standing = async (): Promise<Standing> =>
  ((await (await fetch(`${library.service.url}/health`)).json()) as { backups: Standing }).backups;

describe('after a clock that was a year ahead', () => {
  it('the schedule goes on, and what it has dated takes the place of none, nor hides the last, nor that some lack', async () => {
    await library.linked({ tracks: 20, playlists: 0, albums: 0 });
    const ahead = await library.made();
    await library.query(
      `UPDATE backups
      SET "trigger" = 'schedule', created_at = now() + interval '1 year', finished_at = now() + interval '1 year'`,
    );
    await library.stop();
    await library.start({ BACKUP_CRON: '15 3 * * *', TIMEZONE: 'Asia/Tokyo', BACKUP_KEEP: 'daily=1' });
    await library.query("INSERT INTO schedule_slots SELECT job, now() + interval '1 year' FROM schedule_slots");
    await library.query("UPDATE schedule_slots SET slot = now() - interval '50 hours' WHERE slot <= now()");
    const made = await eventually(async () => {
      const all = (await library.allBackups()).filter(({ id, trigger }) => id !== ahead.id && trigger === 'schedule');
      expect(all.map(({ state, provider }) => [state, provider]).sort()).toEqual([
        ['complete', 'lastfm'],
        ['complete', 'spotify'],
      ]);
      return all;
    });
    await eventually(async () => {
      const { alert, lastAt } = await standing();
      expect(alert).toBeNull();
      expect(Date.parse(lastAt)).toBeLessThanOrEqual(Date.now());
    });
    await library.query("UPDATE backups SET created_at = now() - interval '100 hours' WHERE id = ANY($1)", [
      made.map(({ id }) => id),
    ]);
    await eventually(async () => {
      expect((await standing()).alert).toContain('Backups of Spotify were due and not made.');
    });
    expect((await asOwner(library.service, 'GET', '/admin/backups')).body).toMatchObject({
      alert: expect.stringMatching(/[23] backups of Spotify were due since/),
    });
    expect((await library.backup(ahead.id)).state).toBe('complete');
  });

  it('the schedule begins anew when it has begun by that clock', async () => {
    await library.prepare();
    await library.start({ BACKUP_CRON: '15 3 * * *' });
    const past = 'SELECT slot <= now() AS "isPast" FROM schedule_slots';
    await library.query("UPDATE schedule_slots SET slot = slot + interval '1 year'");
    await eventually(async () => {
      expect(await library.query(past)).toEqual([{ isPast: true }]);
    });
    // That of a provider alone, when the process was killed before it had begun that of the others.
    await library.query(
      "INSERT INTO schedule_slots SELECT job || ' spotify', now() + interval '1 year' FROM schedule_slots",
    );
    await eventually(async () => {
      expect(await library.query(past)).toEqual([{ isPast: true }]);
    });
  });
});

it('a moment of the schedule of which a process has begun a part before it was killed is gone on with', async () => {
  await library.linked({ tracks: 20, playlists: 0, albums: 0 });
  await library.stop();
  await library.start(hourly());
  await library.query("UPDATE schedule_slots SET slot = slot - interval '1 hour'");
  const whole = "job NOT LIKE '% lastfm' AND job NOT LIKE '% spotify'";
  const schedule = `SELECT slot FROM schedule_slots WHERE ${whole}`;
  await eventually(async () => {
    const all = await library.allBackups();
    expect(all.map(({ provider, state }) => [provider, state]).sort()).toEqual([
      ['lastfm', 'complete'],
      ['spotify', 'complete'],
    ]);
    expect(await library.query(schedule)).toHaveLength(2);
  });
  for (const { id, provider } of await library.allBackups()) {
    // One that the owner has taken away is not begun again; the other has never been begun.
    if (provider === 'lastfm') await asOwner(library.service, 'DELETE', `/admin/backups/${id}`);
    else await library.query('DELETE FROM backups WHERE id = $1::uuid', [id]);
  }
  await library.query(
    `DELETE FROM schedule_slots
    WHERE slot = (SELECT max(slot) FROM schedule_slots) AND (job LIKE '% spotify' OR ${whole})`,
  );
  await eventually(async () => {
    expect(await library.query(schedule)).toHaveLength(2);
    // The files of the one that is gone are found in the folder.
    expect((await library.allBackups()).map(({ provider, trigger }) => [provider, trigger]).sort()).toEqual([
      ['spotify', 'found'],
      ['spotify', 'schedule'],
    ]);
  });
});
