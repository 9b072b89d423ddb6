import { Body, Controller, Delete, Get, Header, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../problem/problem.dto.js';
import { EndSessionsQueryDto, LoginDto, SessionDto } from './session.dto.js';
import { OwnerLogin } from './owner-login.service.js';
import { OwnerOnly } from './owner.guard.js';
import { OwnerSessionsService, SESSION_MS } from './owner-sessions.service.js';

@ApiTags('Owner')
@Controller('admin/session')
export class SessionController {
  constructor(
    private readonly login: OwnerLogin,
    private readonly sessions: OwnerSessionsService,
  ) {}

  @Post()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'logIn',
    summary: 'Log in with a browser',
    description: 'Sets a cookie that lasts a week. Programs send the token as Bearer instead.',
  })
  @ApiBody({ type: LoginDto })
  @ApiNoContentResponse({ description: 'Logged in; the cookie is set.' })
  @ApiProblems(
    'invalid_request',
    'unauthorized',
    'forbidden',
    'payload_too_large',
    'unsupported_media_type',
    'rate_limited',
    'database_unavailable',
  )
  async begin(
    @Body() { token }: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    // A page of somebody else could otherwise log a browser in, to an account it does not expect.
    if (request.headers.origin !== undefined) this.login.checkOrigin(request);
    this.login.checkToken(token, request.ip);
    const secret = await this.sessions.begin();
    void reply.setCookie(this.login.cookieName, secret, { ...this.cookie, maxAge: SESSION_MS / 1000 });
  }

  @Get()
  @OwnerOnly()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getSession', summary: 'Whether the caller is logged in' })
  @ApiOkResponse({ type: SessionDto, description: 'They are.' })
  session(): SessionDto {
    return { owner: true };
  }

  @Delete()
  @OwnerOnly()
  @HttpCode(204)
  @ApiOperation({ operationId: 'logOut', summary: 'Log out, with this browser or with all of them' })
  @ApiNoContentResponse({ description: 'The login is over.' })
  async end(
    @Query() { all }: EndSessionsQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const secret = request.cookies[this.login.cookieName];
    if (all === 'true') await this.sessions.endAll();
    else if (secret !== undefined) await this.sessions.end(secret);
    void reply.clearCookie(this.login.cookieName, this.cookie);
  }

  private get cookie() {
    // Lax, so that a redirect back from an upstream's page brings it along.
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.login.isHttps } as const;
  }
}
