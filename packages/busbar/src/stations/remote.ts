// Where a connection comes from, as far as that can be believed.

import { BlockList, isIP } from 'node:net'

/** An address without the prefix that IPv4 gets on an IPv6 socket, and without brackets or zone. */
function plainAddress(address: string): string {
  return address
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/i, '')
}

/** Whether an address or host name means this machine itself. */
export function isLoopbackHost(host: string): boolean {
  const plain = plainAddress(host).toLowerCase()
  return plain === 'localhost' || plain === '::1' || /^127(\.\d+){3}$/.test(plain)
}

/**
 * Makes the reader of remote addresses for a listener.
 * @param trusted addresses of proxies, or ranges such as `10.0.0.0/8`; what is neither is an error of the configuration
 *   and is trusted nothing
 * @returns given the socket's address and the X-Forwarded-For header, the address to record: walking back through the
 *   header from the socket, the first that is not a trusted proxy. Anybody else's header is ignored.
 */
export function createRemoteReader(
  trusted: readonly string[],
): (socketAddress: string | undefined, forwardedFor: string | undefined) => string | null {
  const proxies = new BlockList()
  for (const entry of trusted) {
    const [address, prefix] = entry.split('/')
    const plain = plainAddress(address ?? '')
    const family = isIP(plain)
    if (family === 0) continue
    const type = family === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) proxies.addAddress(plain, type)
    else proxies.addSubnet(plain, Number(prefix), type)
  }
  const isProxy = (address: string) => {
    const family = isIP(address)
    return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
  return (socketAddress, forwardedFor) => {
    if (socketAddress === undefined) return null
    let address = plainAddress(socketAddress)
    if (trusted.length === 0 || forwardedFor === undefined) return address
    const hops = forwardedFor.split(',').map((hop) => plainAddress(hop.trim()))
    while (hops.length > 0 && isProxy(address)) {
      const hop = hops.pop()!
      if (isIP(hop) === 0) break
      address = hop
    }
    return address
  }
}
