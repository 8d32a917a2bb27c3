// The headers that every answer carries so that a browser does with it what we mean and nothing else. The console loads
// its own scripts and styles and nothing from elsewhere; answers of the interface are no pages at all.

/** On every answer. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

/** For answers that are data. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** For the console: own files only, no inline script or style, talks to its own origin. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Told over https only: browsers keep to it for half a year. */
export const TRANSPORT_POLICY = 'max-age=15552000'
