export * from './clauses.js';
export * from './subject.js';
export * from './provider-test-kit.js';
export * from './raw-body.js';
export * from './reads.js';
