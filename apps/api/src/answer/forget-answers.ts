import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ProviderGeneration } from '../providers/provider-generation.js';
import { ProviderOutages } from '../providers/provider-outages.js';
import { FastPath } from './fast-path.js';

/** After a switch, a link or an outage nothing of before is repeated. */
@Injectable()
export class ForgetAnswers implements OnModuleInit {
  constructor(
    private readonly fastPath: FastPath,
    private readonly generation: ProviderGeneration,
    private readonly outages: ProviderOutages,
  ) {}

  onModuleInit(): void {
    const forget = (): void => {
      this.fastPath.clear();
    };
    this.generation.onChange(forget);
    this.outages.onChange(forget);
  }
}
