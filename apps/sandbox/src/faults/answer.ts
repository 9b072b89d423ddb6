import type { FastifyReply } from 'fastify';

/** A whole HTTP answer, before it is put on the wire. */
export interface Answer {
  status: number;
  contentType: string;
  headers: Readonly<Record<string, string>>;
  body: string | Buffer;
}

/** Puts an answer on the wire, or fails to in some way. */
export type Deliver = (reply: FastifyReply, answer: Answer) => void | Promise<void>;

/** Delivers as any honest server does. */
export const deliverWhole: Deliver = (reply, answer) => {
  void reply.code(answer.status).headers(answer.headers).type(answer.contentType).send(answer.body);
};
