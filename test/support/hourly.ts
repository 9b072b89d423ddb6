/** A schedule of one backup an hour, of which none comes due for half an hour: not in the middle of a test. */
export function hourly(): { BACKUP_CRON: string; TIMEZONE: string } {
  return { BACKUP_CRON: `${(new Date().getUTCMinutes() + 30) % 60} * * * *`, TIMEZONE: 'Etc/UTC' };
}
