/** Somebody with a Spotify account. */
export interface Person {
  id: string;
  displayName: string;
}

/** The account whose listening the sandbox knows. */
export const listenerPerson: Person = { id: 'ada1815.sandbox', displayName: 'Ada' };

/** Somebody else who may sit at the consent page. What they listen to is the listener's: only who they are differs. */
export const guestPerson: Person = { id: 'grace1906.sandbox', displayName: 'Grace <3' };

/** Who is signed in at Spotify's pages, by the name that the switch has for them. */
export const signedIn = { listener: listenerPerson, guest: guestPerson } as const;
export type SignedIn = keyof typeof signedIn;

/** People whose playlists the listener follows. */
export const otherPeople: readonly Person[] = [
  guestPerson,
  { id: '31sandboxhedy1914ottilievane', displayName: 'Hedy 🎛' },
];
