/** Names, in the description of the API, of the ways in which the owner can be known. */
export const OWNER_TOKEN = 'ownerToken';
export const OWNER_SESSION = 'ownerSession';
