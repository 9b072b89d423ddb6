/** Less is what it takes to bring an answer here, and the second that headers are cut off at. */
const TOLERANCE_MS = 2_000;

/** What time it is where the songs start: the visitor's clock, put right by what the service says of its own. */
export class ServiceClock {
  private offset = 0;

  /** @param visitor the visitor's clock, in milliseconds */
  constructor(private readonly visitor: () => number) {}

  now(): number {
    return this.visitor() + this.offset;
  }

  /** It was this moment there just now. */
  saidNow(moment: number): void {
    const offset = moment - this.visitor();
    this.offset = Math.abs(offset) > TOLERANCE_MS ? offset : 0;
  }

  /** This moment has passed there, which a clock that is slow does not know. */
  saidPast(moment: number): void {
    if (moment - this.now() > TOLERANCE_MS) this.offset = moment - this.visitor();
  }
}
