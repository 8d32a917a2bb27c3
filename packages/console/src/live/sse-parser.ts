// Server-sent events from text that arrives in pieces. The browser's own EventSource hides what we need to know: the status
// of a refusal, heartbeats (comments) and ids without data. The grammar is that of the HTML standard.

export interface ServerEvent {
  readonly id: string | null
  readonly event: string
  /** null: an id or a comment alone, such as a heartbeat. */
  readonly data: string | null
}

/** Takes text in any pieces and gives the events that are complete. */
export class SseParser {
  #rest = ''
  #id: string | null = null
  #event = ''
  #data: string[] = []
  #isStart = true
  #endsWithReturn = false
  /** What the server wants a reader to wait before it comes back; null when it did not say. */
  retryMs: number | null = null

  push(text: string): ServerEvent[] {
    let piece = text
    if (this.#isStart && piece !== '') {
      this.#isStart = false
      if (piece.startsWith('\uFEFF')) piece = piece.slice(1)
    }
    // A line may end with \r\n, and a piece between the two.
    if (this.#endsWithReturn && piece.startsWith('\n')) piece = piece.slice(1)
    if (text !== '') this.#endsWithReturn = text.endsWith('\r')
    const lines = (this.#rest + piece).split(/\r\n|\r|\n/)
    this.#rest = lines.pop() ?? ''
    const events: ServerEvent[] = []
    for (const line of lines) {
      if (line !== '') this.#field(line)
      else {
        const event = this.#take()
        if (event !== null) events.push(event)
      }
    }
    return events
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'data') this.#data.push(value)
    else if (name === 'event') this.#event = value
    else if (name === 'id' && !value.includes('\0')) this.#id = value
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value)
  }

  #take(): ServerEvent | null {
    const data = this.#data.length === 0 ? null : this.#data.join('\n')
    const event = { id: this.#id, event: this.#event === '' ? 'message' : this.#event, data }
    this.#data = []
    this.#event = ''
    if (data === null && event.id === null) return null
    this.#id = null
    return event
  }
}
