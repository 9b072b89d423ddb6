import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/** A setting that is a whole number, written in digits. Both bounds are allowed. */
export function IsWholeNumber(least: number, most: number): PropertyDecorator {
  const message = `must be a whole number from ${least} to ${most}`;
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
