import { applyDecorators } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { ApiProperty, ApiResponse, ApiExtraModels, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, Problem, type ProblemCode, type ProblemDocument } from './problem.js';

/** A problem document as the API description shows it. */
export class ProblemDto implements ProblemDocument {
  @ApiProperty({
    format: 'uri-reference',
    description: 'Where the code is explained.',
    example: '/docs#invalid_request',
  })
  type!: string;

  @ApiProperty({ example: 'The request cannot be understood' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  @ApiProperty({ description: 'What happened.', example: 'limit must be a whole number from 1 to 50.' })
  detail!: string;

  @ApiProperty({ format: 'uri-reference', description: 'The path that was asked for.', example: '/recent-tracks' })
  instance!: string;

  @ApiProperty({ enum: Object.keys(PROBLEMS), description: 'For programs.', example: 'invalid_request' })
  code!: ProblemCode;

  @ApiProperty({
    description: 'What the reader can do about it.',
    example: 'Ask for 1 to 50 entries, for example limit=10.',
  })
  remedy!: string;
}

/** Statuses of what can be over after a while. */
const MAY_PASS: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const RETRY_AFTER = {
  'Retry-After': {
    description: 'After how many seconds to try again, where that is known.',
    schema: { type: 'integer' as const },
  },
};

/** The codes that were named so far, by the method of a route. */
const named = new WeakMap<object, readonly ProblemCode[]>();

/**
 * Describes the error answers of a route, or of all routes of a class, beside those that are described already. Codes with
 * the same status share one answer with an example each.
 */
export function ApiProblems(...codes: ProblemCode[]): ClassDecorator & MethodDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key !== undefined && descriptor) {
      describe(target, key, descriptor, codes);
      return;
    }
    // A class is decorated after its methods.
    const prototype: unknown = Reflect.get(target, 'prototype');
    const methods = Object.getOwnPropertyDescriptors(prototype);
    for (const [name, method] of Object.entries(methods)) {
      const route: unknown = method.value;
      if (typeof route === 'function' && Reflect.hasMetadata(PATH_METADATA, route)) {
        describe(target, name, method, codes);
      }
    }
  };
}

function describe(target: object, key: string | symbol, method: PropertyDescriptor, more: ProblemCode[]): void {
  const route: unknown = method.value;
  if (typeof route !== 'function') throw new TypeError(`${String(key)} is no method, and answers nothing.`);
  const known = named.get(route) ?? [];
  const fresh = [...new Set(more)].filter((code) => !known.includes(code));
  const codes = [...known, ...fresh];
  named.set(route, codes);
  const ofStatus = (some: readonly ProblemCode[], status: number) =>
    some.filter((code) => PROBLEMS[code].status === status);
  const statuses = new Set(fresh.map((code) => PROBLEMS[code].status));
  const responses = [...statuses].map((status) => {
    const group = ofStatus(codes, status);
    return ApiResponse({
      status,
      // Nest adds it to what is there; everything else takes the place of that.
      description: ofStatus(fresh, status)
        .map((code) => `${PROBLEMS[code].title} (\`${code}\`).`)
        .join(' '),
      ...(MAY_PASS.has(status) ? { headers: RETRY_AFTER } : {}),
      content: {
        'application/problem+json': {
          schema: { $ref: getSchemaPath(ProblemDto) },
          examples: Object.fromEntries(
            group.map((code) => [
              code,
              { value: new Problem(code, `${PROBLEMS[code].title}.`, 'See the detail.').document('/') },
            ]),
          ),
        },
      },
    });
  });
  applyDecorators(ApiExtraModels(ProblemDto), ...responses)(target, key, method);
}
