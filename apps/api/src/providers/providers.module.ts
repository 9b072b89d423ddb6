import { Global, Module } from '@nestjs/common';
import { ActiveProvider } from './active-provider.js';
import { OutageProbe } from './outage-probe.js';
import { ProviderChoice } from './provider-choice.js';
import { ProviderGeneration } from './provider-generation.js';
import { ProviderOutages } from './provider-outages.js';
import { ProviderStates } from './provider-states.js';
import { RunningProviders } from './running-providers.js';

@Global()
@Module({
  providers: [
    ProviderGeneration,
    ProviderOutages,
    RunningProviders,
    ProviderChoice,
    ActiveProvider,
    OutageProbe,
    ProviderStates,
  ],
  exports: [ProviderGeneration, ProviderOutages, RunningProviders, ProviderChoice, ActiveProvider, ProviderStates],
})
export class ProvidersModule {}
