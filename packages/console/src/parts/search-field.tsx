// The search of a page.

import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useKeys } from '../shell/use-keys.ts'

interface SearchFieldProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly label: string
  readonly placeholder: string
}

/** A search that `/` goes to and Escape empties, then leaves. What is typed shows at once and counts a moment later. */
export function SearchField({ text, onText, label, placeholder }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(text)
  useEffect(() => setTyped(text), [text])
  useEffect(() => {
    if (typed === text) return
    const timer = setTimeout(() => onText(typed), 150)
    return () => clearTimeout(timer)
  }, [typed, text, onText])
  useKeys({ '/': () => field.current?.select() })
  return (
    <div className="relative min-w-40 flex-1 basis-48 sm:max-w-72">
      <Search className="pointer-events-none absolute top-1.75 left-2 size-3.5 text-ink-3" aria-hidden="true" />
      <input
        ref={field}
        type="search"
        className="field w-full pl-7!"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={placeholder}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          if (typed === '') field.current?.blur()
          else setTyped('')
        }}
      />
    </div>
  )
}
