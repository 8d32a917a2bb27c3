// The stations' side of the benchmark, in a process of its own: connects N stations and does what the runner orders over
// the channel between the two, one order after the other.

import { Crew } from './crew.ts'
import type { Answer, Order, Reports } from './orders.ts'
import { connectPhase } from './phases/connect.ts'
import { loadPhase } from './phases/load.ts'
import { recordPhase } from './phases/record.ts'
import { returnPhase } from './phases/return.ts'

let crew: Crew | null = null

async function obey(order: Order): Promise<Reports[Order['do']]> {
  if (order.do === 'connect') {
    crew = new Crew(order.url, order.stations)
    return connectPhase(crew, order)
  }
  if (crew === null) throw new Error('stations have to be connected first')
  switch (order.do) {
    case 'load':
      return loadPhase(crew, order)
    case 'return':
      return returnPhase(crew, order)
    case 'record':
      return recordPhase(crew, order)
  }
}

function tell(answer: Answer): void {
  process.send?.(answer)
}

if (process.send === undefined) {
  process.stderr.write('swarm: is started by the benchmark (node bench/runner.ts)\n')
  process.exit(2)
}
process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  obey(order).then(
    (report) => tell({ is: 'done', report }),
    (error: unknown) => tell({ is: 'failed', why: error instanceof Error ? error.message : String(error) }),
  )
})
tell({ is: 'ready' })
