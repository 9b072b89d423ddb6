import { IsUrl } from 'class-validator';

/**
 * A setting or a parameter that is a whole http or https address, also one inside a network: `http://music:7723`.
 *
 * @param message what is told of every other value
 */
export function IsWebAddress(message = 'must be an http or https address'): PropertyDecorator {
  return IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }, { message });
}
