import type { OpenAPIObject } from '@nestjs/swagger';
import type { Endpoint, EndpointParameter, Endpoints } from './endpoints.dto.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The directory of routes, from the same description as everything else about them. */
export function listEndpoints({ paths }: OpenAPIObject): Endpoints {
  const items = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): Endpoint[] => {
      const operation = item[method];
      if (!operation) return [];
      const parameters = (operation.parameters ?? []).flatMap((parameter) =>
        'name' in parameter ? [toParameter(parameter)] : [],
      );
      const login = (operation.security ?? []).length > 0;
      return [{ method: method.toUpperCase(), path, purpose: operation.summary ?? '', login, parameters }];
    }),
  );
  return { items };
}

type Described = Extract<
  NonNullable<NonNullable<OpenAPIObject['paths'][string]['get']>['parameters']>[number],
  { name: string }
>;

function toParameter({ name, in: place, required, description, schema }: Described): EndpointParameter {
  const rules = schema && !('$ref' in schema) ? schema : {};
  const fallback: unknown = rules.default;
  return {
    name,
    in: place,
    required: required ?? false,
    description: description ?? '',
    takes: wordsFor(rules),
    default: typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : null,
  };
}

function wordsFor({
  type,
  enum: values,
  minimum,
  maximum,
}: {
  type?: unknown;
  enum?: unknown[];
  minimum?: unknown;
  maximum?: unknown;
}): string {
  if (values) return values.map(String).join(' | ');
  if (type === 'integer' || type === 'number') return `a whole number from ${String(minimum)} to ${String(maximum)}`;
  return 'text';
}
