// Keys of the page that is shown. Each part registers its own while it is there; the latest to do so goes first.

import { useEffect, useRef } from 'react'
import { type KeyMap, type KeyMemory, noKeys, readKey } from './key-map.ts'
import { keysEnabled } from './preferences.ts'

const maps: { current: KeyMap }[] = []
let memory: KeyMemory = noKeys

function find(name: string): (() => void) | undefined {
  return maps.findLast((map) => map.current[name] !== undefined)?.current[name]
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Listens for keys of the whole page; once, by the shell. */
export function useKeyboard(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
      const pressed = {
        key: event.key,
        hasModifier: event.ctrlKey || event.altKey || event.metaKey,
        isTyping: isTyping(event.target),
      }
      const outcome = readKey(pressed, memory, Date.now(), (name) => find(name) !== undefined, keysEnabled.get())
      memory = outcome.memory
      if (outcome.name === null) return
      event.preventDefault()
      find(outcome.name)?.()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}

/** Gives keys a meaning while the part that calls this is on the page. */
export function useKeys(map: KeyMap): void {
  const held = useRef(map)
  held.current = map
  useEffect(() => {
    maps.push(held)
    return () => {
      maps.splice(maps.indexOf(held), 1)
    }
  }, [])
}
