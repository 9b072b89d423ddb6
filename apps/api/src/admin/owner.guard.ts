import { type CanActivate, type ExecutionContext, Injectable, UseGuards, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { OWNER_SESSION, OWNER_TOKEN } from '../docs/index.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { OwnerLogin } from './owner-login.service.js';

/** Lets the owner in, and nobody else: the token as Bearer, or the cookie of a login. */
@Injectable()
export class OwnerGuard implements CanActivate {
  constructor(private readonly login: OwnerLogin) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.login.check(context.switchToHttp().getRequest<FastifyRequest>());
    return true;
  }
}

/** Marks a route, or all of a controller, as the owner's. */
export function OwnerOnly(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    UseGuards(OwnerGuard),
    ApiBearerAuth(OWNER_TOKEN),
    ApiCookieAuth(OWNER_SESSION),
    ApiProblems('unauthorized', 'forbidden', 'rate_limited', 'database_unavailable'),
  );
}
