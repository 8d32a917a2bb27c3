// nginx as the other yardstick: one worker, nothing but a WebSocket proxy. It is not part of the workspace; where it is
// missing it is installed only when that is permitted, and otherwise left out and said so.

import { spawnSync } from 'node:child_process'

export interface NginxConfig {
  readonly port: number
  /** http: URL of the sink. */
  readonly backend: string
  /** Folder for its pid file and buffers. */
  readonly folder: string
  /** Open files a worker may have. */
  readonly descriptors: number
  /** The user that workers run as; null: nginx was not started as root and stays who it is. */
  readonly user: string | null
}

/** The configuration file of a plain WebSocket proxy with one worker. */
export function renderNginxConfig(config: NginxConfig): string {
  return `${config.user === null ? '' : `user ${config.user};\n`}daemon off;
worker_processes 1;
worker_rlimit_nofile ${config.descriptors};
pid ${config.folder}/nginx.pid;
error_log stderr error;
events { worker_connections ${config.descriptors}; }
http {
  access_log off;
  client_body_temp_path ${config.folder}/body;
  proxy_temp_path ${config.folder}/proxy;
  fastcgi_temp_path ${config.folder}/fastcgi;
  uwsgi_temp_path ${config.folder}/uwsgi;
  scgi_temp_path ${config.folder}/scgi;
  server {
    listen 127.0.0.1:${config.port} backlog=4096;
    location / {
      proxy_pass ${config.backend};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
    }
  }
}
`
}

/** Whether system packages may be installed: only as root, and only where nobody is asked anyway or it was asked for. */
export function mayInstall(
  uid: number | undefined,
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return uid === 0 && (env['BUSBAR_INSTALL'] === '1' || (env['CI'] ?? '') !== '' || !isTerminal)
}

export type NginxPresence =
  | { readonly is: 'there'; readonly path: string; readonly version: string }
  | { readonly is: 'absent'; readonly why: string }

function find(): NginxPresence | null {
  for (const path of ['nginx', '/usr/sbin/nginx']) {
    const { status, stderr } = spawnSync(path, ['-v'], { encoding: 'utf8', timeout: 10_000 })
    if (status === 0) return { is: 'there', path, version: /nginx\/\S+/.exec(stderr)?.[0] ?? 'nginx' }
  }
  return null
}

/**
 * Finds nginx, and installs it with apt where that is permitted.
 * @param tell takes a line about what is being done
 */
export function provideNginx(tell: (line: string) => void): NginxPresence {
  const there = find()
  if (there !== null) return there
  if (!mayInstall(process.getuid?.(), process.stdin.isTTY === true, process.env)) {
    return {
      is: 'absent',
      why: 'nginx is not installed; it is left out. Install it, or run as root with BUSBAR_INSTALL=1',
    }
  }
  tell('installing nginx with apt-get')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (args: readonly string[]) => spawnSync('apt-get', args, { env, encoding: 'utf8', timeout: 180_000 })
  apt(['update', '-qq'])
  const installed = apt(['install', '-y', '-qq', '--no-install-recommends', 'nginx'])
  const found = find()
  if (found !== null) return found
  const said = `${installed.error?.message ?? ''}${installed.stderr ?? ''}`.trim().split('\n').at(-1) ?? ''
  return { is: 'absent', why: `nginx could not be installed and is left out: ${said}` }
}
