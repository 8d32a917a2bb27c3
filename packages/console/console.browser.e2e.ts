// The built console in a real browser, over a made-up site that speaks the public API under the policy of content that the
// broker sends. What is checked is what a person does: look, search, read a message, come back to a link, do it all by
// keyboard, in light and in dark.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { type FakeApi, startFakeApi } from './dev/fake-api.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const profile = mkdtempSync(join(tmpdir(), 'busbar-console-'))
const TOKEN = 'a-token-of-ops'

let open: FakeApi
let locked: FakeApi
let empty: FakeApi
let many: FakeApi
let browser: BrowserContext
let page: Page
/** What the browser complained about: errors of scripts, and what the policy of content forbade. */
const complaints: string[] = []

before(async () => {
  const built = join(import.meta.dirname, 'dist', 'index.html')
  assert.ok(
    existsSync(built),
    'the console is not built: run `node ../../node_modules/vite/bin/vite.js build` here first',
  )
  open = await startFakeApi({ port: 0, stations: 14 })
  locked = await startFakeApi({ port: 0, stations: 2, token: TOKEN })
  empty = await startFakeApi({ port: 0, stations: 0 })
  many = await startFakeApi({ port: 0, stations: 3000 })
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    // The new headless mode is asked for by its own argument; the other one is another browser.
    headless: false,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  })
  page = await browser.newPage()
  page.setDefaultTimeout(8000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text())
  })
})

after(async () => {
  await browser?.close()
  await Promise.all([open, locked, empty, many].map((api) => api?.close()))
  rmSync(profile, { recursive: true, force: true })
})

const rows = () => page.locator('tbody tr[data-row]')
/** Rows of the timeline; the sessions above it have rows as well. */
const entryRows = () => page.locator('tr[data-position]')
const rowOf = (text: string) => rows().filter({ hasText: text }).first()
const details = () => page.getByRole('complementary', { name: 'Details of the entry' })
const activeText = () => page.locator('tr[data-active="true"]').first().innerText()

/** Violations of WCAG 2.2 A and AA that axe finds on the page as it is. */
async function violations(): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe: run } = window as unknown as {
      axe: { run(context: Document, options: object): Promise<{ violations: AxeViolation[] }> }
    }
    interface AxeViolation {
      readonly id: string
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
    }
    const found = await run.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
    )
  })
}

test('the stations show what they are, their links, connectors and backends', async () => {
  await page.goto(`${open.url}/`)
  await page.waitForURL('**/stations')
  await rowOf('DEPOT-01').waitFor()
  assert.equal(await rows().count(), 14)
  const first = await rowOf('DEPOT-01').innerText()
  for (const part of ['ABL eMH3', 'Connected', '1.6', 'Charging', 'billing', 'down', '9 held']) {
    assert.ok(first.includes(part), `${part} is missing in: ${first}`)
  }
  assert.match(await rowOf('DEPOT-05').innerText(), /Away/)
  assert.match(await rowOf('DEPOT-08').innerText(), /Faulted, GroundFailure/)
})

test('a backend that is away shows on every page with what is held for it', async () => {
  for (const path of ['/stations', '/backends', '/stations/DEPOT-02']) {
    await page.goto(open.url + path)
    await page.getByText('next cannot be reached').waitFor()
    assert.match(await page.locator('[role=status]', { hasText: 'next cannot' }).innerText(), /215 messages held/)
  }
})

test('a filter stands in the URL and survives a reload', async () => {
  await page.goto(`${open.url}/stations`)
  await page.getByRole('button', { name: /^Away/ }).click()
  await page.waitForURL('**/stations?show=away')
  await page.getByRole('searchbox').fill('compleo')
  await page.waitForURL('**/stations?q=compleo&show=away')
  await page.reload()
  await rowOf('DEPOT-05').waitFor()
  assert.equal(await rows().count(), 1)
  assert.equal(await page.getByRole('searchbox').inputValue(), 'compleo')
  assert.equal(await page.getByRole('button', { name: /^Away/ }).getAttribute('aria-pressed'), 'true')
  await page.getByRole('searchbox').fill('no such thing')
  await page.getByRole('button', { name: 'Show all stations' }).click()
  await rowOf('DEPOT-01').waitFor()
})

test('sorting stands in the URL and is told to those who listen', async () => {
  await page.goto(`${open.url}/stations?sort=-power`)
  await rowOf('DEPOT-11').waitFor()
  assert.match(await rows().first().innerText(), /kW/)
  const header = page.getByRole('columnheader', { name: 'Power' })
  assert.equal(await header.getAttribute('aria-sort'), 'descending')
  await header.getByRole('button').click()
  await page.waitForURL('**/stations?sort=power')
})

test('a change of a station shows without a reload', async () => {
  await page.goto(`${open.url}/stations`)
  await rowOf('DEPOT-03').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  open.world.change('DEPOT-03', { connected: false, since: new Date().toISOString() })
  open.world.write('DEPOT-03', {
    kind: 'link',
    peer: 'station',
    state: 'down',
    code: 1006,
    reason: null,
    ocpp: null,
    text: 'The connection of DEPOT-03 ended (1006)',
  })
  await rowOf('DEPOT-03').getByText('Away').waitFor({ timeout: 4000 })
})

test('three thousand stations are a few rows of the page', async () => {
  await page.goto(`${many.url}/stations`)
  await rowOf('DEPOT-0001').waitFor()
  assert.ok((await rows().count()) < 60)
  assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '3001')
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await rowOf('DEPOT-3000').waitFor()
  assert.match(await activeText(), /DEPOT-3000/)
})

test('a fleet without stations says how to get the first', async () => {
  await page.goto(`${empty.url}/stations`)
  await page.getByText('No station has called yet').waitFor()
  await page.getByText('npx busbar simulate station --url ws://127.0.0.1:9000 --id DEMO-01').waitFor()
})

test('an entry appears in the timeline as it is written, and its answer with it', async () => {
  await page.goto(`${open.url}/stations/DEPOT-02`)
  await rowOf('Heartbeat').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  open.world.exchange({
    station: 'DEPOT-02',
    action: 'DataTransfer',
    payload: { vendorId: 'live-entry' },
    answer: { status: 'Accepted' },
    text: ' of live-entry',
    latencyMs: 77,
  })
  await rowOf('of live-entry').waitFor({ timeout: 3000 })
  // Newest first: the answer stands above its call.
  assert.match(await entryRows().nth(0).innerText(), /answer\s+DataTransfer[\s\S]*77/)
  assert.match(await entryRows().nth(1).innerText(), /call\s+DataTransfer/)
})

test('the details show the sentence, the fields, the bytes as they were, and lead to the counterpart', async () => {
  await page.goto(`${open.url}/stations/DEPOT-01?q=x-vendor`)
  await rowOf('MeterValues').click()
  await details().getByText('DEPOT-01 told billing: MeterValues').waitFor()
  await details().getByText('phase is null and may only be left out').waitFor()
  const raw = details().getByTestId('raw')
  // Laid out, a number keeps its spelling.
  assert.match(await raw.innerText(), /"x-vendor": 1\.0\n/)
  await details().getByRole('button', { name: 'As it was' }).click()
  const written = open.world.entries.find((entry) => entry.kind === 'frame' && entry.raw?.includes('x-vendor'))
  assert.ok(written?.kind === 'frame')
  assert.equal(await raw.textContent(), written.raw)
  await details().getByRole('button', { name: 'Laid out' }).click()
  await details()
    .getByRole('button', { name: /Its answer/ })
    .click()
  await details().getByRole('heading', { name: 'MeterValues' }).waitFor()
  await details().getByText('billing answered MeterValues').first().waitFor()
  await page.waitForURL(new RegExp(`entry=${written.position + 1}`))
})

test('a link to an entry opens it, also when it is older than what is loaded', async () => {
  for (let index = 0; index < 250; index++) {
    open.world.exchange({ station: 'DEPOT-06', action: 'Heartbeat', payload: {}, answer: {}, text: '' })
  }
  const boot = open.world.entries.find(
    (entry) => entry.station === 'DEPOT-06' && entry.kind === 'frame' && entry.action === 'BootNotification',
  )
  assert.ok(boot !== undefined)
  await page.goto(`${open.url}/stations/DEPOT-06?entry=${boot.position}`)
  await details().getByText('DEPOT-06 told billing: BootNotification').waitFor()
  // It is not among the loaded ones until they are asked for.
  assert.equal(await rowOf('BootNotification').count(), 0)
  const list = page.getByRole('grid', { name: 'Timeline' })
  assert.equal(await list.getAttribute('aria-rowcount'), '-1')
  await page.getByText(/^200 loaded/).waitFor()
  await list.focus()
  await page.keyboard.press('End')
  await page.getByText(/^400 loaded/).waitFor()
})

test('what is read stays in its place while entries arrive, and the way back is offered', async () => {
  await page.goto(`${open.url}/stations/DEPOT-09`)
  await rowOf('Heartbeat').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  const scroller = page.locator('.grid-frame')
  await scroller.evaluate((element) => element.scrollTo({ top: 28 * 40 }))
  await page.waitForTimeout(200)
  const first = async () => {
    const top = (await scroller.boundingBox())?.y ?? 0
    return entryRows().evaluateAll(
      (all, edge) => all.find((row) => row.getBoundingClientRect().top >= edge + 30)?.getAttribute('data-position'),
      top,
    )
  }
  const before = await first()
  for (let index = 0; index < 5; index++) {
    open.world.exchange({ station: 'DEPOT-09', action: 'Heartbeat', payload: {}, answer: {}, text: '' })
  }
  await page.getByRole('button', { name: '10 new entries' }).waitFor()
  assert.equal(await first(), before)
  await page.getByRole('button', { name: '10 new entries' }).click()
  await page.getByRole('button', { name: '10 new entries' }).waitFor({ state: 'detached' })
  assert.equal(await scroller.evaluate((element) => element.scrollTop), 0)
})

test('newest last keeps the newest in view at the bottom', async () => {
  await page.goto(`${open.url}/stations/DEPOT-11`)
  await rowOf('Heartbeat').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Newest first' }).click()
  await page.getByRole('button', { name: 'Newest last' }).waitFor()
  assert.match(await entryRows().last().innerText(), /Heartbeat/)
  open.world.exchange({ station: 'DEPOT-11', action: 'DataTransfer', payload: {}, answer: {}, text: ' at the bottom' })
  await rowOf('at the bottom').waitFor()
  const scroller = page.locator('.grid-frame')
  const gap = await scroller.evaluate((each) => each.scrollHeight - each.clientHeight - each.scrollTop)
  assert.ok(gap <= 1, `${gap} pixels from the bottom`)
  await page.getByRole('button', { name: 'Newest last' }).click()
})

test('kinds narrow what the API is asked for, and stand in the URL', async () => {
  await page.goto(`${open.url}/stations/DEPOT-01`)
  await page.getByRole('button', { name: 'Faults', exact: true }).click()
  await page.waitForURL('**/stations/DEPOT-01?kind=fault')
  await page.getByText(/^1 loaded, all there is/).waitFor()
  assert.match(await entryRows().last().innerText(), /BB-CLOCK-001/)
})

test('everything can be done by keyboard alone', async () => {
  await page.goto(`${open.url}/backends`)
  await rowOf('billing').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.waitForURL('**/stations')
  await rowOf('DEPOT-01').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('depot-0')
  await page.waitForURL('**/stations?q=depot-0')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.waitForURL('**/stations')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  assert.match(await activeText(), /DEPOT-01/)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/stations/DEPOT-01')
  await rowOf('Heartbeat').waitFor()
  await page.keyboard.press('j')
  assert.match(await activeText(), /answer\s+Heartbeat/)
  await page.keyboard.press('r')
  assert.match(await activeText(), /call\s+Heartbeat/)
  await page.keyboard.press('Enter')
  await details().getByText('DEPOT-01 asked billing: Heartbeat').waitFor()
  await page.keyboard.press('Escape')
  await details().waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Timeline')
  const follow = page.getByRole('button', { name: 'Follow' })
  assert.equal(await follow.getAttribute('aria-pressed'), 'true')
  await page.keyboard.press('.')
  assert.equal(await follow.getAttribute('aria-pressed'), 'false')
  await page.keyboard.press('o')
  await page.getByRole('button', { name: 'Newest last' }).waitFor()
  await page.keyboard.press('o')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' })
})

test('single keys can be turned off', async () => {
  await page.goto(`${open.url}/stations`)
  await rowOf('DEPOT-01').waitFor()
  await page.keyboard.press('?')
  await page.getByRole('checkbox').uncheck()
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  assert.equal(await page.locator('tr[data-active="true"]').count(), 0)
  await page.getByRole('button', { name: 'Keys and help' }).click()
  await page.getByRole('checkbox').check()
  await page.keyboard.press('Escape')
})

test('a lost broker is told, and the timeline goes on where it stopped', async () => {
  await page.goto(`${open.url}/stations/DEPOT-12`)
  await rowOf('Heartbeat').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  open.setDown(true)
  await page.getByText('Reconnecting').waitFor()
  open.world.exchange({ station: 'DEPOT-12', action: 'DataTransfer', payload: {}, answer: {}, text: ' while away' })
  open.setDown(false)
  await rowOf('while away').waitFor({ timeout: 15_000 })
  await page.getByText('Live', { exact: true }).waitFor()
  assert.equal(await entryRows().filter({ hasText: 'while away' }).count(), 1)
})

test('a login is asked for where a token is needed, and one comes to where one wanted to go', async () => {
  await page.goto(`${locked.url}/stations?show=charging`)
  await page.getByLabel('Token').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('The token is not known.').waitFor()
  await page.getByLabel('Token').fill(TOKEN)
  await page.keyboard.press('Enter')
  await rowOf('DEPOT-01').waitFor()
  assert.match(page.url(), /show=charging/)
  await page.getByText('ops operator').waitFor()
  // A login that ended, and one that is ended.
  locked.forgetLogins()
  await page.getByLabel('Token').fill(TOKEN)
  await page.keyboard.press('Enter')
  await rowOf('DEPOT-01').waitFor()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByLabel('Token').waitFor()
})

test('axe finds nothing on any page, in light and in dark', async (t) => {
  const pages: readonly (readonly [string, string, () => Promise<void>])[] = [
    ['stations', `${open.url}/stations`, () => rowOf('DEPOT-01').waitFor()],
    ['station', `${open.url}/stations/DEPOT-01`, () => rowOf('Heartbeat').waitFor()],
    [
      'details',
      `${open.url}/stations/DEPOT-01?q=x-vendor`,
      async () => {
        await rowOf('MeterValues').click()
        await details().getByTestId('raw').waitFor()
      },
    ],
    ['backends', `${open.url}/backends`, () => rowOf('billing').waitFor()],
    ['empty fleet', `${empty.url}/stations`, () => page.getByText('No station has called yet').waitFor()],
    ['login', `${locked.url}/stations`, () => page.getByLabel('Token').waitFor()],
    ['no such page', `${open.url}/nonsense`, () => page.getByText('There is no such page').waitFor()],
    [
      'help',
      `${open.url}/stations`,
      async () => {
        await rowOf('DEPOT-01').waitFor()
        await page.keyboard.press('?')
      },
    ],
  ]
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [name, url, ready] of pages) {
      await t.test(`${name} in ${colorScheme}`, async () => {
        await page.goto(url)
        await ready()
        assert.deepEqual(await violations(), [])
      })
    }
  }
})

test('the colours can be chosen, and the choice is kept', async () => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${open.url}/stations`)
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await ground()
  await page.getByRole('button', { name: /^Colours: as the system/ }).click()
  await page.getByRole('button', { name: /^Colours: light/ }).click()
  await page.getByRole('button', { name: /^Colours: dark/ }).waitFor()
  const dark = await ground()
  assert.notEqual(dark, light)
  await page.reload()
  await rowOf('DEPOT-01').waitFor()
  assert.equal(await ground(), dark)
})

test('no script failed and nothing ran into the policy of content', () => {
  assert.deepEqual(complaints, [])
})
