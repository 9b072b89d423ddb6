import { ConsoleLogger, type LogLevel, Logger } from '@nestjs/common';
import type { DatabaseLog } from '#database';
import type { PlatformSettings } from './settings/platform.settings.js';

const LOG_LEVELS: Readonly<Record<PlatformSettings['LOG_LEVEL'], LogLevel[]>> = {
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'],
};

/** Where everything is logged from now on. */
export function startLogging({ LOG_LEVEL }: PlatformSettings): ConsoleLogger {
  const logger = new ConsoleLogger({ logLevels: LOG_LEVELS[LOG_LEVEL], colors: process.stdout.isTTY });
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
