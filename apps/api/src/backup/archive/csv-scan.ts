const QUOTE = 0x22;
const COMMA = 0x2c;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
/** Of a position. What is longer is none. */
const MOST_DIGITS = 15;

/** Counts the rows of a CSV file as its bytes come, and holds the first cell of each against its position. */
export class CsvScan {
  private isQuoted = false;
  private isFirstCell = true;
  private firstCell = '';
  private row = 0;
  private isAtStart = true;
  private misplacedRow: number | null = null;

  write(chunk: Buffer): void {
    for (const byte of chunk) {
      this.isAtStart = false;
      if (byte === QUOTE) this.isQuoted = !this.isQuoted;
      else if (this.isQuoted) continue;
      else if (byte === COMMA) this.isFirstCell = false;
      else if (byte === LINE_FEED) this.endRow();
      else if (byte !== CARRIAGE_RETURN && this.isFirstCell && this.firstCell.length < MOST_DIGITS) {
        this.firstCell += String.fromCharCode(byte);
      }
    }
  }

  /** Of entries, without the row of names. */
  get rows(): number {
    return Math.max(this.row - 1, 0);
  }

  /** Whether it ends where a row does. */
  get isWhole(): boolean {
    return this.isAtStart && this.row > 0 && !this.isQuoted;
  }

  /** The first whose position is not its own; null when all are. */
  get misplaced(): number | null {
    return this.misplacedRow;
  }

  private endRow(): void {
    if (this.row > 0 && this.firstCell !== String(this.row)) this.misplacedRow ??= this.row;
    this.row += 1;
    this.isFirstCell = true;
    this.firstCell = '';
    this.isAtStart = true;
  }
}
