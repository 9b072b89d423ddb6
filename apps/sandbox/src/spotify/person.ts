/** Somebody with a Spotify account. */
export interface Person {
  id: string;
  displayName: string;
}

/** The one account of the sandbox: the listener. */
export const listenerPerson: Person = { id: 'ada1815.sandbox', displayName: 'Ada' };

/** People whose playlists the listener follows. */
export const otherPeople: readonly Person[] = [
  { id: 'grace1906.sandbox', displayName: 'Grace' },
  { id: '31sandboxhedy1914ottilievane', displayName: 'Hedy 🎛' },
];
