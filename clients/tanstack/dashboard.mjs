// A dashboard of the booking application on the real packages, in lockstep with a run of syncsim.

import { setFlagsFromString } from 'node:v8'

import { page } from './page.mjs'

import { Dashboard } from './app/dashboard.mjs'
import { serve } from './lockstep.mjs'
import { ToldRows } from './told-rows.mjs'

// Most runs are over within a second: what is compiled anew must have run often to be worth it.
// Measured on runs of 1,200 and of 5,000 messages, a quarter and an eighth of the time is saved.
setFlagsFromString('--interrupt-budget=1000000')

const told = new ToldRows()
let dashboard

await serve(async (message) => {
  if (message.do === 'hello') {
    dashboard = new Dashboard(message)
    const name = 'the booking application on TanStack Query 5.108'
    return { protocol: 1, name, remembers_rows: true }
  }
  told.fillIn(message)
  dashboard.begin()
  const task = message.do === 'wake' ? undefined : () => dashboard.take(message)
  await page.run(message.at_us, task, message.cause)
  return { out: dashboard.out, wake_us: page.wakeUs }
})
