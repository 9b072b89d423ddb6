import {
  type ArgumentMetadata,
  Injectable,
  type Type,
  ValidationPipe,
  type ValidationPipeOptions,
} from '@nestjs/common';
import { toInvalidRequest } from './invalid-request.js';
import { Problem } from './problem.js';

const OPTIONS: ValidationPipeOptions = { transform: true, whitelist: true, exceptionFactory: toInvalidRequest };

/**
 * Checks what comes in. What an address has too much is left out: others add to it on its way. What a body has too much
 * is refused: whoever misspells a field would get something else than was asked for.
 */
@Injectable()
export class RequestPipe extends ValidationPipe {
  private readonly strict = new ValidationPipe({ ...OPTIONS, forbidNonWhitelisted: true });

  /** @param open bodies to which somebody else may add fields */
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
    const isStrict = metadata.type === 'body' && !this.open.some((type) => type === metadata.metatype);
    return isStrict ? this.strict.transform(value, metadata) : super.transform(value, metadata);
  }
}

function isObjectOrNothing(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && !Array.isArray(value));
}
