// Before the first station: what to set on one, and how to see it work without one.

import { useQuery } from '@tanstack/react-query'
import { backendsQuery } from '../api/backends.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'

/** Where stations dial by default; the broker's ready line names the address in force. */
function stationAddress(): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return `${scheme}://${location.hostname}:${scheme === 'wss' ? 9443 : 9000}`
}

export function EmptyFleet() {
  const { data: backends } = useQuery(backendsQuery)
  const address = stationAddress()
  const command = `npx busbar simulate station --url ${address} --id DEMO-01`
  return (
    <Notice title="No station has called yet">
      <p>
        A station comes in by its backend URL: set it to the address below, and the station appears here with its first
        message. Its identity is appended as the last part of the path, mostly by the station itself.
      </p>
      <Line text={`${address}/`} label="Copy the address" />
      <p className="text-ink-3">
        The port is the default one; the line <code className="font-mono text-xs">busbar ready stations=…</code> names
        the address of this broker.
      </p>
      <p>Or let a simulated station call:</p>
      <Line text={command} label="Copy the command" />
      {backends?.length === 0 && (
        <p>
          No backend is configured yet, so calls of a station are recorded and stay unanswered. Name one under{' '}
          <code className="font-mono text-xs">backends</code> in <code className="font-mono text-xs">busbar.yaml</code>.
        </p>
      )}
    </Notice>
  )
}

function Line({ text, label }: { text: string; label: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md border border-line bg-surface py-1 pr-1 pl-3">
      <code className="min-w-0 flex-1 font-mono text-xs break-words text-ink">{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  )
}
