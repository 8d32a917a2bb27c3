// Without tokens the interface trusts this machine, and a web page from elsewhere must not borrow that trust. A page can
// make its own name resolve to 127.0.0.1 (DNS rebinding), but it cannot change the Host header its browser sends; and a
// page of another origin cannot hide its Origin. So both are looked at (rules AP6, AP7).

/** Addresses that never leave this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  return name.toLowerCase() === 'localhost' || name === '::1' || /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(name)
}

interface HostAndPort {
  readonly host: string
  /** null: none was written, so that of the scheme counts. */
  readonly port: number | null
}

function readHost(header: string): HostAndPort | null {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[^:/?#@\\\s[\]]+)(?::(\d{1,5}))?$/.exec(header)
  if (match?.[1] === undefined) return null
  return { host: match[1], port: match[2] === undefined ? null : Number(match[2]) }
}

/** What of a request decides whether it may speak to an interface without tokens. */
export interface HostHeaders {
  readonly host: string | undefined
  readonly origin: string | undefined
  /** Port on which it came in. */
  readonly port: number
  readonly scheme: 'http' | 'https'
}

/**
 * Judges the Host and Origin of a request to a loopback listener without tokens.
 * @returns null when it may pass, else a sentence that says what is wrong
 */
export function refuseForeignHost(headers: HostHeaders): string | null {
  const { host, origin, port, scheme } = headers
  const named = host === undefined ? null : readHost(host)
  if (host === undefined || named === null) return 'The Host header is missing or cannot be read.'
  if (!isLoopbackHost(named.host))
    return `The Host header names ${JSON.stringify(named.host)}, which is not this machine.`
  const namedPort = named.port ?? (scheme === 'https' ? 443 : 80)
  if (namedPort !== port) return `The Host header names port ${namedPort}; this is port ${port}.`
  return refuseForeignOrigin({ host, origin, scheme })
}

/**
 * Judges the Origin of a request, where its browser sent one: it has to be the one the request went to.
 * @returns null when it may pass, else a sentence that says what is wrong
 */
export function refuseForeignOrigin(headers: Pick<HostHeaders, 'host' | 'origin' | 'scheme'>): string | null {
  const { host, origin, scheme } = headers
  if (origin === undefined) return null
  const own = originOf(`${scheme}://${host ?? ''}`)
  if (own !== null && originOf(origin) === own) return null
  return `The Origin header is ${JSON.stringify(origin.slice(0, 200))}; a page of another origin may not speak here.`
}

function originOf(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null
  const { origin } = new URL(text)
  return origin === 'null' ? null : origin
}
