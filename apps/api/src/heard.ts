import { inTime } from './in-time.js';

/** A question that is late by then may never be answered, as on a connection that broke without a sign: another one may. */
const GIVEN_UP_MS = 5_000;

interface Question<T> {
  /** In milliseconds since 1970. */
  askedAt: number;
  answer: Promise<T>;
  isAnswered: boolean;
  /** Nobody waits again for an answer that has not come in time. */
  isLate: boolean;
}

/** What is asked for no more often than so, well answered or not, and once at a time however many want to know. */
export class Heard<T> {
  private last: Question<T> | null = null;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly freshMs: number,
  ) {}

  /**
   * Tells what was heard last, or is about to be.
   *
   * @throws whatever asking has come to grief with, or that it takes too long
   */
  hear(patienceMs: number): Promise<T> {
    const question = this.last && this.holds(this.last) ? this.last : this.put();
    return inTime(question.answer, question.isLate ? 0 : patienceMs, () => {
      question.isLate = true;
      return new Error(`no answer within ${patienceMs} ms`);
    });
  }

  /** Something has changed: what was asked before that is not told any more. */
  forget(): void {
    this.last = null;
  }

  /** After the clock has been set back nobody knows how old an answer is. */
  private holds({ askedAt, isAnswered, isLate }: Question<T>): boolean {
    const age = Math.abs(Date.now() - askedAt);
    return isAnswered ? age <= this.freshMs : !isLate || age < GIVEN_UP_MS;
  }

  private put(): Question<T> {
    const question = { askedAt: Date.now(), answer: this.ask(), isAnswered: false, isLate: false };
    const answered = (): void => {
      question.isAnswered = true;
    };
    question.answer.then(answered, answered);
    this.last = question;
    return question;
  }
}
