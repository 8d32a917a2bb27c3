// What an address in a URL means for safety: whether only this machine can reach it, and whether two of them collide.

import { BlockList } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const defaultPorts: Readonly<Record<string, number>> = { 'ws:': 80, 'http:': 80, 'wss:': 443, 'https:': 443 }

/** Host and port of a URL; brackets of IPv6 are taken off. */
export function endpointOf(url: string): { readonly host: string; readonly port: number } {
  const parsed = new URL(url)
  const host = parsed.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return { host, port: parsed.port === '' ? (defaultPorts[parsed.protocol] ?? 0) : Number(parsed.port) }
}

/**
 * Whether only this machine can reach an address to listen on. A name other than localhost is taken for reachable.
 */
export function isLoopback(url: string): boolean {
  const { host } = endpointOf(url)
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  return host.includes(':') ? loopback.check(host, 'ipv6') : loopback.check(host, 'ipv4')
}

/** Whether an address to listen on stands for all of this machine's. */
export function isEverywhere(url: string): boolean {
  const { host } = endpointOf(url)
  return host === '0.0.0.0' || host === '::'
}

/**
 * Whether a connection to one URL could reach a listener on the other: same port, and the same host or this machine.
 */
export function reaches(url: string, listener: string): boolean {
  const from = endpointOf(url)
  const to = endpointOf(listener)
  if (to.port === 0 || from.port !== to.port) return false
  if (from.host === to.host) return true
  return isLoopback(url) && (isLoopback(listener) || isEverywhere(listener))
}
