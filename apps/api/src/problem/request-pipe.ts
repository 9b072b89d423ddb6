import {
  type ArgumentMetadata,
  Injectable,
  type Type,
  ValidationPipe,
  type ValidationPipeOptions,
} from '@nestjs/common';
import { toInvalidRequest } from './invalid-request.js';
import { Problem } from './problem.js';

/** Twice of what any body here needs. */
const DEEPEST = 8;

const OPTIONS: ValidationPipeOptions = { transform: true, whitelist: true, exceptionFactory: toInvalidRequest };

/**
 * Checks what comes in. What an address has too much is left out: others add to it on its way. What a body has too much
 * is refused: whoever misspells a field would get something else than was asked for.
 */
@Injectable()
export class RequestPipe extends ValidationPipe {
  private readonly strict = new ValidationPipe({ ...OPTIONS, forbidNonWhitelisted: true });

  /** @param open bodies that are handed on, to which somebody else may add fields */
  constructor(private readonly open: readonly Type[]) {
    super(OPTIONS);
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // The framework would refuse it in words of its own.
    if (metadata.type === 'body' && !isObjectOrNothing(value)) {
      throw new Problem(
        'invalid_request',
        'The body is JSON, and not an object.',
        'Send an object, such as {}; GET /endpoints lists what each takes.',
      );
    }
    if (metadata.type === 'body' && isTooDeep(value)) {
      throw new Problem(
        'invalid_request',
        'The body has objects or lists within each other far deeper than anything that is taken here.',
        'Send what GET /endpoints lists, and no more.',
      );
    }
    if (metadata.type !== 'body') return super.transform(value, metadata);
    return this.open.some((type) => type === metadata.metatype)
      ? super.transform(withoutNulls(value), metadata)
      : this.strict.transform(value, metadata);
  }
}

function isObjectOrNothing(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && !Array.isArray(value));
}

/** Who hands on the parts of an address has null for one that is not there. */
function withoutNulls(value: unknown): unknown {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, part]) => part !== null));
}

/** What checks a body goes down as deep as it is given, and would fall out of the stack. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= DEEPEST; depth += 1) {
    level = level.flatMap((one): unknown[] => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}
