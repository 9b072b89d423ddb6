import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem/problem.js';

/** HEAD comes along with GET, and must change nothing: looking at an address that finishes a link would use it up. */
@Injectable()
export class NotByHead implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<FastifyRequest>().method !== 'HEAD') return true;
    throw new Problem('method_not_allowed', 'This address does not take HEAD.', 'Use GET.', null, ['GET']);
  }
}
