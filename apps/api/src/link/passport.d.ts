declare module 'passport' {
  /** A response as far as Passport uses it when a strategy redirects. */
  interface PassportResponse {
    statusCode: number;
    setHeader(name: string, value: string): void;
    end(): void;
  }

  type Middleware = (request: object, response: PassportResponse, next: (error?: unknown) => void) => void;

  export class Passport {
    /** @param strategy an instance in place of a registered name */
    authenticate(strategy: object, options: object, callback: (error: unknown, user: unknown) => void): Middleware;
  }
}
