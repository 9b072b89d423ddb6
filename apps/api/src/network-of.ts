import { isIPv6 } from 'node:net';

/** Of the eight groups of an IPv6 address those that a provider hands out; the rest is for whoever has them to choose. */
const GROUPS = 4;

/** Who an address belongs to, as far as it tells: itself, and for IPv6 the network of 64 bits that it is in. */
export function networkOf(address: string): string {
  // An IPv4 address may be written as one of IPv6.
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail]
    .slice(0, GROUPS)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
