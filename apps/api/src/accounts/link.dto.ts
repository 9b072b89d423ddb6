import { ApiProperty } from '@nestjs/swagger';
import { type Link, consentExpiresAt } from '#accounts';

/** What an account has agreed to by one app, as the owner sees it. */
export class LinkDto {
  @ApiProperty({ example: 'Ada' })
  account!: string;

  @ApiProperty({ example: '0123456789abcdef0123456789abcdef' })
  clientId!: string;

  @ApiProperty({ type: [String], example: ['user-read-currently-playing'] })
  scopes!: string[];

  @ApiProperty({ enum: ['ok', 'suspect', 'needs_consent'], example: 'ok' })
  status!: 'ok' | 'suspect' | 'needs_consent';

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it is not ok: revoked, expired, in_doubt or no_refresh_token.',
    example: null,
  })
  reason!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When the account agreed; null when nobody knows.',
    example: '2026-11-21T09:30:00.000Z',
  })
  consentedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When it must agree again; null when it never must, and when nobody knows.',
    example: '2027-05-21T09:30:00.000Z',
  })
  expiresAt!: string | null;
}

/** @param consentMonths how long a consent lasts; null for ever */
export function toLinkDto(link: Link, consentMonths: number | null): LinkDto {
  const { account, clientId, scopes, status, reason, consentedAt } = link;
  return {
    account: account.name,
    clientId,
    scopes,
    status,
    reason,
    consentedAt: consentedAt?.toISOString() ?? null,
    expiresAt: consentExpiresAt(consentedAt, consentMonths)?.toISOString() ?? null,
  };
}
