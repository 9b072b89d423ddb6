import { ConsoleLogger, type LogLevel, Logger, type LoggerService } from '@nestjs/common';
import { isatty } from 'node:tty';
import type { DatabaseLog } from '#database';
import type { PlatformSettings } from './settings/platform.settings.js';

const LOG_LEVELS: Readonly<Record<PlatformSettings['LOG_LEVEL'], LogLevel[]>> = {
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'],
};

const STDOUT = 1;

/** What the framework says about itself at every start: one line per module and route. */
const FRAMEWORK = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Those of the framework that tell why a start has failed. */
const STARTERS = new Set<unknown>(['ExceptionHandler', 'NestApplication']);

class ServiceLogger extends ConsoleLogger {
  override log(message: unknown, ...details: unknown[]): void {
    if (FRAMEWORK.has(details.at(-1))) this.debug(message, ...details);
    else super.log(message, ...details);
  }

  /** Why a start fails is said in words by who has started it, with the stack where it is nobody's mistake. */
  override error(message: unknown, ...details: unknown[]): void {
    if (STARTERS.has(details.at(-1))) this.debug(message, ...details);
    else super.error(message, ...details);
  }
}

/** Where everything is logged from now on. */
export function startLogging({ LOG_LEVEL }: PlatformSettings): LoggerService {
  const logger = new ServiceLogger({ logLevels: LOG_LEVELS[LOG_LEVEL], colors: isatty(STDOUT) });
  Logger.overrideLogger(logger);
  return logger;
}

export function databaseLog(): DatabaseLog {
  const logger = new Logger('Database');
  return {
    debug: (line) => {
      logger.debug(line);
    },
    info: (line) => {
      logger.log(line);
    },
    warn: (line) => {
      logger.warn(line);
    },
  };
}

/** Why something failed, in one line: the last one of a database error says it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
}
