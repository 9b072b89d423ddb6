import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { ApiBody, ApiFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OwnerLogin, OwnerOnly } from '../admin/index.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { Problem } from '../problem/problem.js';
import { BrowserBinding } from './browser-binding.js';
import { NotByHead } from './not-by-head.guard.js';
import { LinkProblemFilter, wantsJson, wantsPage } from './link-problem.filter.js';
import { alreadyLinkedPage, linkedPage, otherAddressPage } from './link-pages.js';
import {
  BeginLinkQueryDto,
  BegunLinkDto,
  CallbackBodyDto,
  CallbackQueryDto,
  FinishedLinkDto,
  ForgetLinkQueryDto,
  ForgottenLinkDto,
} from './link.dto.js';
import { type ConsentAnswer, type FinishedLink, LinkService } from './link.service.js';

/** Addresses with codes in them are nobody's to keep. */
const NO_STORE = 'no-store';

@ApiTags('Owner')
@OwnerOnly()
@UseGuards(NotByHead)
@UseFilters(LinkProblemFilter)
@Controller()
export class LinkController {
  constructor(
    private readonly links: LinkService,
    private readonly binding: BrowserBinding,
    private readonly login: OwnerLogin,
  ) {}

  @Get('auth')
  @Header('Cache-Control', NO_STORE)
  @Header('Vary', 'Accept')
  @ApiOperation({
    operationId: 'beginLink',
    summary: 'Link an account: where to agree',
    description:
      'Sends a browser on to the consent page. With `Accept: application/json`, and to `fetch`, it tells the address instead.',
  })
  @ApiOkResponse({
    type: BegunLinkDto,
    description: 'The address, or that a good link is there, which browsers get as a page.',
  })
  @ApiFoundResponse({ description: 'For browsers: on to the consent page.' })
  @ApiProblems('invalid_request', 'provider_not_configured')
  async begin(
    @Query() { client_id: clientId, scope, force }: BeginLinkQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BegunLinkDto | string | undefined> {
    const binder = this.binding.begin(request, reply);
    const begun = await this.links.begin({ clientId, scopes: scope?.split(' '), force: force === '1', binder });
    const asJson = wantsJson(request);
    if (!begun.begun) {
      if (asJson) return { status: 'already_authenticated' };
      return sendPage(reply, alreadyLinkedPage(begun.displayName, begun.link.account.name));
    }
    const { authUrl, redirectUri } = begun;
    if (asJson) return { auth_url: authUrl, redirect_uri: redirectUri };
    if (wantsPage(request) && new URL(redirectUri).host !== request.headers.host && !this.login.isHttps) {
      return sendPage(reply, otherAddressPage(begun));
    }
    void reply.status(302).header('Location', authUrl);
    return undefined;
  }

  @Get('callback')
  @Header('Cache-Control', NO_STORE)
  @Header('Vary', 'Accept')
  @ApiOperation({
    operationId: 'finishLink',
    summary: 'Where the upstream sends the browser back to',
    description: 'Shows a page; with `Accept: application/json`, and to `fetch`, it answers in JSON.',
  })
  @ApiOkResponse({ type: FinishedLinkDto, description: 'The account is linked; browsers get a page.' })
  @ApiLinkProblems()
  async finish(
    @Query() answer: CallbackQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FinishedLinkDto | string> {
    const finished = await this.links.finish(partsOf(answer), this.binding.of(request));
    return wantsJson(request) ? toDto(finished) : sendPage(reply, linkedPage(finished));
  }

  @Post('callback')
  @HttpCode(200)
  @Header('Cache-Control', NO_STORE)
  @Header('Vary', 'Accept')
  @ApiOperation({
    operationId: 'finishLinkWith',
    summary: 'Finish a link with what came back',
    description:
      'For a front end of its own with `code` and `state`; or with `url`, the whole address pasted by hand, where the upstream cannot send the browser back to this machine.',
  })
  // Of the fields alone Swagger UI would send all of them, which exclude each other.
  @ApiBody({
    type: CallbackBodyDto,
    examples: {
      url: {
        summary: 'The whole address',
        value: { url: 'http://127.0.0.1:7723/callback?code=AQD…&state=x8Jd…' },
      },
      parts: { summary: 'Its parts', value: { code: 'AQD…', state: 'x8Jd…' } },
      refusal: { summary: 'The account did not agree', value: { error: 'access_denied', state: 'x8Jd…' } },
    },
  })
  @ApiOkResponse({ type: FinishedLinkDto, description: 'The account is linked.' })
  @ApiLinkProblems('payload_too_large', 'unsupported_media_type')
  async finishWith(
    @Body() { url, ...answer }: CallbackBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FinishedLinkDto | string> {
    const parts = url === undefined ? partsOf(answer) : partsOf(queryOf(url));
    const finished = await this.links.finish(parts, this.binding.of(request));
    return wantsPage(request) ? sendPage(reply, linkedPage(finished)) : toDto(finished);
  }

  @Delete('auth')
  @Header('Cache-Control', NO_STORE)
  @ApiOperation({
    operationId: 'forgetLink',
    summary: 'Forget the link and its tokens',
    description: 'The upstream goes on listing the app until the account removes it there.',
  })
  @ApiOkResponse({ type: ForgottenLinkDto, description: 'There is no link any more.' })
  @ApiProblems('invalid_request')
  async forget(@Query() { client_id: clientId }: ForgetLinkQueryDto): Promise<ForgottenLinkDto> {
    return { status: 'not_authenticated', forgotten: await this.links.forget(clientId) };
  }
}

/** What a consent can end in. */
function ApiLinkProblems(...more: Parameters<typeof ApiProblems>): MethodDecorator {
  return ApiProblems(
    'invalid_request',
    'forbidden',
    'conflict',
    'upstream_error',
    'upstream_timeout',
    'upstream_rate_limited',
    'provider_not_configured',
    'owner_premium_required',
    'user_not_registered',
    'country_unavailable',
    'database_unavailable',
    ...more,
  );
}

function sendPage(reply: FastifyReply, page: string): string {
  void reply.header('Content-Type', 'text/html; charset=utf-8');
  return page;
}

/** An empty part is as good as none. */
function partsOf({ state, code, error }: CallbackQueryDto): ConsentAnswer {
  return { state: state || undefined, code: code || undefined, error: error || undefined };
}

function queryOf(url: string): CallbackQueryDto {
  const { searchParams } = new URL(url);
  const [state, code, error] = ['state', 'code', 'error'].map((name) => searchParams.get(name) ?? undefined);
  if (state === undefined && code === undefined && error === undefined) {
    throw new Problem(
      'invalid_request',
      'url has neither code nor state in it.',
      'Copy the whole address out of the address bar after you have agreed, with everything behind the question mark.',
    );
  }
  return { ...(state && { state }), ...(code && { code }), ...(error && { error }) };
}

function toDto({ provider, clientId, account, scopes, missingScopes, replaced }: FinishedLink): FinishedLinkDto {
  return { status: 'authentication_successful', provider, clientId, account, scopes, missingScopes, replaced };
}
