import { IsString } from 'class-validator';
import { expect, it } from 'vitest';
import { IfGiven } from './if-given.js';
import { RequestPipe } from './request-pipe.js';

class WishDto {
  @IfGiven()
  @IsString({ message: 'must be a text' })
  what?: string;
}

const pipe = new RequestPipe([]);
const body = (value: unknown): Promise<unknown> => pipe.transform(value, { type: 'body', metatype: WishDto });

it.each([[[]], [[{ what: 'that' }]], ['that'], [1], [true]])('refuses %j as a body, in our words', async (value) => {
  await expect(body(value)).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'The body is JSON, and not an object.',
    remedy: expect.stringContaining('such as {}') as string,
  });
});

it('refuses what is nested deeper than anything that is taken', async () => {
  const nested = (depth: number): unknown => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
  for (const depth of [9, 100_000]) {
    await expect(body(nested(depth))).rejects.toMatchObject({
      message: expect.stringContaining('far deeper') as string,
    });
  }
  await expect(body(nested(8))).rejects.toMatchObject({ message: '"a" is not a field of this body.' });
});

it('takes an object, and nothing at all for an empty one', async () => {
  expect(await body({ what: 'that' })).toEqual({ what: 'that' });
  for (const nothing of [undefined, null, {}]) expect(await body(nothing)).toEqual({});
  await expect(body({ which: 'that' })).rejects.toMatchObject({
    message: '"which" is not a field of this body.',
  });
});

it('takes null for nothing where a body is handed on, and for a wrong value elsewhere', async () => {
  const open = new RequestPipe([WishDto]);
  expect(await open.transform({ what: null, more: null }, { type: 'body', metatype: WishDto })).toEqual({});
  await expect(open.transform({ what: 1 }, { type: 'body', metatype: WishDto })).rejects.toMatchObject({
    message: 'what must be a text.',
  });
  await expect(body({ what: null })).rejects.toMatchObject({ message: 'what must be a text.' });
});
