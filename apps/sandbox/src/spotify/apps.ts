/** A program that is registered in the dashboard. `secret` is null for one that has none and relies on PKCE. */
export interface SpotifyApp {
  clientId: string;
  secret: string | null;
  name: string;
  redirectUris: readonly string[];
}

const redirectUris = ['http://127.0.0.1/callback', 'https://music.example.org/callback'];

/** The apps that are there from the start. Their secrets are known to everybody: they open nothing but the sandbox. */
export const spotifyApps = {
  /** With a secret. */
  first: {
    clientId: 'a11ce0000000000000000000000a11ce',
    secret: '5ec2e7000000000000000000000a11ce',
    name: 'Listening at home',
    redirectUris,
  },
  /** With a secret too, so that two apps can be linked side by side. */
  second: {
    clientId: 'b0b00000000000000000000000000b0b',
    secret: '5ec2e7000000000000000000000b0b00',
    name: 'Weekend scripts',
    redirectUris,
  },
  /** Without a secret: PKCE alone. */
  open: {
    clientId: '0be40000000000000000000000000be4',
    secret: null,
    name: 'No secret needed',
    redirectUris,
  },
} as const satisfies Record<string, SpotifyApp>;

/** The registered apps by client id. */
export type AppRegistry = Map<string, SpotifyApp>;

/** A registry with the apps that are there from the start. */
export function createAppRegistry(): AppRegistry {
  return new Map<string, SpotifyApp>(Object.values(spotifyApps).map((app) => [app.clientId, app]));
}
