// The console is a folder of files that a build made. Files with a hash in their name never change and may be kept for
// ever; the page itself is asked for each time, so that a new version is seen at once. Paths that are pages of the
// console, and not files, get the page. Where nothing was built, a page says how to.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { CONSOLE_POLICY } from './security-headers.ts'

/** Names as the bundler makes them: `index-B3xk9_Zq.js`. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Busbar</title></head>
<body><h1>Busbar is running; its console has not been built</h1>
<p>In a clone, <code>npm start</code> builds it. Everything the console shows can be had without it:</p>
<ul><li><a href="/docs">the HTTP interface</a>, also as <a href="/api/v1/openapi.json">OpenAPI</a></li>
<li><code>busbar stations</code>, <code>busbar timeline ID --follow</code>, <code>busbar --help</code></li></ul>
</body></html>
`

/** Serves a path of the console; false when it is none. */
export type ConsoleServer = (request: FastifyRequest, reply: FastifyReply) => boolean

/**
 * Prepares the console.
 * @param folder what the build made, with an index.html in it; null when there is none
 */
export async function prepareConsole(app: App, folder: string | null): Promise<ConsoleServer> {
  if (folder !== null) {
    await app.register(fastifyStatic, { root: folder, serve: false, index: false, cacheControl: false })
  }
  return (request, reply) => {
    const path = pathOf(request.url)
    if ((request.method !== 'GET' && request.method !== 'HEAD') || path === null || isData(path)) return false
    reply.header('content-security-policy', CONSOLE_POLICY)
    if (folder === null || !existsSync(join(folder, 'index.html'))) {
      reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(notBuilt)
      return true
    }
    // A last part with a dot is a file: a missing script must not be answered with a page.
    if (/\.[A-Za-z0-9]+$/.test(path)) {
      if (!existsSync(join(folder, path))) return false
      reply.header('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
      reply.sendFile(path.slice(1))
      return true
    }
    reply.header('cache-control', 'no-cache')
    reply.sendFile('index.html')
    return true
  }
}

/** The decoded path; null for one that cannot be decoded or that climbs. */
function pathOf(url: string): string | null {
  try {
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '')
    return path.includes('\0') || path.includes('\\') || path.split('/').includes('..') ? null : path
  } catch {
    return null
  }
}

/** Paths whose clients are programs: they get a problem, never a page. */
function isData(path: string): boolean {
  return path === '/api' || path.startsWith('/api/') || path === '/metrics'
}
