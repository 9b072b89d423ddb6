export const UNDER_WAY = ['queued', 'running', 'paused'] as const;
/** Of a backup that has files as they should be. */
export const MADE = ['complete', 'complete_with_omissions'] as const;

export const BACKUP_STATES = [...UNDER_WAY, ...MADE, 'failed'] as const;
export type BackupState = (typeof BACKUP_STATES)[number];

/** Unlike a backup, a restore that the owner has ended leaves something: what it has put in. */
export const RESTORE_STATES = [...BACKUP_STATES, 'cancelled'] as const;
export type RestoreState = (typeof RESTORE_STATES)[number];

export function isUnderWay(state: RestoreState): boolean {
  return UNDER_WAY.some((one) => one === state);
}

export function isMade(state: RestoreState): boolean {
  return MADE.some((one) => one === state);
}
