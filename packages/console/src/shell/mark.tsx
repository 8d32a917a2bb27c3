// The mark: a bar with what hangs on it.

export function Mark() {
  return (
    <svg viewBox="0 0 20 20" className="size-5 text-accent" aria-hidden="true">
      <rect x="1" y="8" width="18" height="4" rx="1" fill="currentColor" />
      <path d="M5 8V2m5 16v-6m5-4V4" stroke="currentColor" strokeWidth="2" strokeLinecap="round" fill="none" />
    </svg>
  )
}
