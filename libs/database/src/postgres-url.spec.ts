import { expect, it } from 'vitest';
import { withVerifiedTls } from './postgres-url.js';

it.each([
  ['sslmode=require', 'sslmode=verify-full'],
  ['a=b&sslmode=prefer&sslrootcert=/ca.crt', 'a=b&sslmode=verify-full&sslrootcert=/ca.crt'],
  ['sslmode=verify-ca', 'sslmode=verify-full'],
])('writes ?%s as the driver takes it: %s', (given, written) => {
  expect(withVerifiedTls(`postgresql://db.example.org/x?${given}`)).toBe(`postgresql://db.example.org/x?${written}`);
});

it.each([
  'postgresql://db.example.org/x',
  'postgresql://db.example.org/x?sslmode=no-verify',
  'postgresql://db.example.org/x?sslmode=disable',
  'postgresql://db.example.org/x?sslmode=required',
  'postgresql://db.example.org/x?xsslmode=require',
  'postgresql://db.example.org/x?uselibpqcompat=true&sslmode=require',
])('leaves %s as it is', (url) => {
  expect(withVerifiedTls(url)).toBe(url);
});
