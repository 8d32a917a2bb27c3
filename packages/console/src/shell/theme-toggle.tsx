// Light, dark, or as the system has it.

import { Monitor, Moon, Sun } from 'lucide-react'
import { theme, usePreference } from './preferences.ts'

const next = { system: 'light', light: 'dark', dark: 'system' } as const
const icons = { system: Monitor, light: Sun, dark: Moon } as const
const names = { system: 'as the system', light: 'light', dark: 'dark' } as const

export function ThemeToggle() {
  const value = usePreference(theme)
  const Icon = icons[value]
  const label = `Colours: ${names[value]}. Change to ${names[next[value]]}`
  return (
    <button
      type="button"
      className="button button-quiet"
      aria-label={label}
      title={label}
      onClick={() => theme.set(next[value])}
    >
      <Icon className="size-4" aria-hidden="true" />
    </button>
  )
}
