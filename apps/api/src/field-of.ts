/** A field of what may be anything: of a fault, of another service's JSON, of a row's. Undefined when there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
