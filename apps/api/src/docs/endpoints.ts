import type { OpenAPIObject } from '@nestjs/swagger';
import type { Endpoint, EndpointParameter, Endpoints } from './endpoints.dto.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The directory of routes, from the same description as everything else about them. */
export function listEndpoints({ paths, components }: OpenAPIObject): Endpoints {
  const items = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): Endpoint[] => {
      const operation = item[method];
      if (!operation) return [];
      const parameters = (operation.parameters ?? []).flatMap((parameter) =>
        'name' in parameter ? [toParameter(parameter)] : [],
      );
      const body = operation.requestBody;
      if (body && !('$ref' in body)) {
        parameters.push(...fieldsOf(body.content['application/json']?.schema, components?.schemas ?? {}));
      }
      const login = (operation.security ?? []).length > 0;
      return [{ method: method.toUpperCase(), path, purpose: operation.summary ?? '', login, parameters }];
    }),
  );
  return { items };
}

type Rules = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

/** The fields of a body, which are told like parameters. */
function fieldsOf(described: Rules | undefined, schemas: Readonly<Record<string, Rules>>): EndpointParameter[] {
  const schema = described && '$ref' in described ? schemas[described.$ref.split('/').at(-1) ?? ''] : described;
  if (!schema || '$ref' in schema) return [];
  return Object.entries(schema.properties ?? {}).map(([name, rules]) => {
    const required = schema.required?.includes(name) ?? false;
    const description = '$ref' in rules ? '' : (rules.description ?? '');
    return toParameter({ name, in: 'body', required, description, schema: rules });
  });
}

type Described = Omit<
  Extract<NonNullable<NonNullable<OpenAPIObject['paths'][string]['get']>['parameters']>[number], { name: string }>,
  'in'
> & { in: string };

function toParameter({ name, in: place, required, description, schema }: Described): EndpointParameter {
  const rules = schema && !('$ref' in schema) ? schema : {};
  const fallback: unknown = rules.default;
  return {
    name,
    in: place,
    required: required ?? false,
    description: description ?? '',
    takes: wordsFor(rules),
    default: ['string', 'number', 'boolean'].includes(typeof fallback) ? String(fallback) : null,
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
  if (type === 'boolean') return 'true or false';
  if (type === 'array') return 'a list of texts';
  if (type === 'integer' || type === 'number') {
    const from = typeof minimum === 'number' ? ` from ${minimum}` : '';
    return `a whole number${from}${typeof maximum === 'number' ? ` to ${maximum}` : ''}`;
  }
  return 'text';
}
