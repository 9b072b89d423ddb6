import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ProviderGeneration } from '../providers/provider-generation.js';
import { ProviderOutages } from '../providers/provider-outages.js';
import { RunningProviders } from '../providers/running-providers.js';
import { FastPath } from './fast-path.js';

/** After a switch, a link, an outage or being hidden nothing of before is repeated. */
@Injectable()
export class ForgetAnswers implements OnModuleInit {
  constructor(
    private readonly fastPath: FastPath,
    private readonly generation: ProviderGeneration,
    private readonly outages: ProviderOutages,
    private readonly running: RunningProviders,
  ) {}

  onModuleInit(): void {
    const forget = (): void => {
      this.fastPath.clear();
    };
    this.generation.onChange(forget);
    this.outages.onChange(forget);
    this.running.onHidden(forget);
  }
}
