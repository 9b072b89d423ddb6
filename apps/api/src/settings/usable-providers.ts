import { PROVIDERS, type Provider } from '#providers';

/**
 * The providers that an owner can choose. Those whose accounts have to agree first come in with the routes where they do
 * that; until then nobody is told to configure what could not be used.
 */
export const USABLE_PROVIDERS: readonly Provider[] = PROVIDERS.filter(({ linking }) => linking === null);
