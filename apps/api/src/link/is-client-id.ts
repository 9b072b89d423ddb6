import { Matches } from 'class-validator';

/** The public name of an app, as every upstream writes it. */
export function IsClientId(): PropertyDecorator {
  return Matches(/^[\w.-]{1,200}$/, { message: 'must be the client id of an app, at most 200 characters' });
}
