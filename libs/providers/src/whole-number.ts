import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/**
 * A setting or a parameter that is a whole number, written in digits. Both bounds are allowed. Only plain digits: "1e1",
 * "0x5", " 5" and "5.0" are all numbers to JavaScript, and nobody means them.
 *
 * @param message what is told of every other value
 */
export function IsWholeNumber(
  least: number,
  most: number,
  message = `must be a whole number from ${least} to ${most}`,
): PropertyDecorator {
  const checks = [
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
    ),
    IsInt({ message }),
    Min(least, { message }),
    Max(most, { message }),
  ];
  return (target, property) => {
    for (const check of checks) check(target, property);
  };
}
