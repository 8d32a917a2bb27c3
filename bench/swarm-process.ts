// The runner's end of the channel to a swarm.

import type { ChildProcess } from 'node:child_process'
import { READY_WITHIN_MS, type Started, startScript, within } from './children.ts'
import type { Answer, Order, Reports } from './orders.ts'

/** The swarm process: takes one order at a time. */
export class SwarmProcess {
  readonly #started: Started
  readonly #child: ChildProcess
  #waiting: ((answer: Answer) => void) | null = null
  readonly #isReady: Promise<void>

  constructor() {
    const { started, child } = startScript('swarm', './swarm.ts', [])
    this.#started = started
    this.#child = child
    this.#isReady = new Promise((resolve) => {
      child.on('message', (answer: Answer) => {
        if (answer.is === 'ready') resolve()
        else this.#waiting?.(answer)
      })
    })
  }

  /** Gives an order and waits for its report. */
  async ask<O extends Order>(order: O, withinMs: number): Promise<Reports[O['do']]> {
    await within(this.#isReady, READY_WITHIN_MS, this.#started, 'the swarm was not ready')
    const done = new Promise<Reports[O['do']]>((resolve, reject) => {
      this.#waiting = (answer) => {
        this.#waiting = null
        if (answer.is === 'done') resolve(answer.report as Reports[O['do']])
        else reject(new Error(answer.is === 'failed' ? `swarm: ${answer.why}` : 'the swarm started twice'))
      }
    })
    this.#child.send(order)
    return within(done, withinMs, this.#started, `the swarm did not finish "${order.do}"`)
  }

  kill(): Promise<void> {
    return this.#started.kill()
  }
}
