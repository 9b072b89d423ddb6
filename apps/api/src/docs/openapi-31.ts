type Json = Readonly<Record<string, unknown>>;

/**
 * A description in OpenAPI 3.0, as decorators write it, in OpenAPI 3.1. By the letter of 3.0 a field that is described
 * elsewhere can never be null, whatever is said beside the reference; in 3.1 null is a type like others.
 */
export function inOpenApi31(description: object): object {
  return { ...within({ ...description }), openapi: '3.1.0' };
}

function within(schema: Json): Json {
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, inside(value)]),
  );
  if (nullable === undefined) return rest;
  // A field of this name.
  if (typeof nullable !== 'boolean') return { ...rest, nullable };
  return nullable ? orNull(rest) : rest;
}

function inside(value: unknown): unknown {
  if (isList(value)) return value.map(inside);
  return typeof value === 'object' && value !== null ? within({ ...value }) : value;
}

function orNull({ allOf, type, enum: choices, ...rest }: Json): Json {
  if (isList(allOf)) return { ...rest, anyOf: [...allOf, { type: 'null' }] };
  if (isList(choices)) {
    // Of a null among the choices some generators make code that does not compile.
    return { ...rest, anyOf: [{ type, enum: choices.filter((choice) => choice !== null) }, { type: 'null' }] };
  }
  return { ...rest, ...(type === undefined ? {} : { type: [type, 'null'] }) };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
