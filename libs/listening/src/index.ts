export * from './library.js';
export * from './linking.js';
export * from './listening.js';
export * from './listening-provider.js';
export * from './provider-error.js';
export * from './read-options.js';
export * from './setting.js';
