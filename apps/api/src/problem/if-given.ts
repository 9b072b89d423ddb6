import { ValidateIf } from 'class-validator';

/** A field of a body that may be left out. Null is a value like any other, and one that has to be taken by itself. */
export const IfGiven = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);
