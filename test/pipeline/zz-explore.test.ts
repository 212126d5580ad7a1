import { it, expect } from 'vitest'
import { stageOf, upstreamWith, readAll, failureOf, attemptsOf, closing, until } from '/work/main/test/pipeline/stage.js'
import { reply } from '/work/main/src/testing/reply.js'
import { inspect } from 'node:util'
const show = (s:any) => console.log(inspect({text:s.text,kinds:s.kinds.join(','),error:s.error&&{c:s.error.code,m:s.error.message,ph:s.error.phase,a:attemptsOf(s.error),p:s.error.partial?.text}, att: s.response&&attemptsOf(s.response.byok), w: s.response?.byok.warnings},{depth:6}))
it('tail', async () => {
  const up = await upstreamWith([reply.chat({}, {withoutTerminator:true, break:{how:'stall'}})])
  const { handler } = stageOf({ one: up }, { timeout: { idleMs: 100, firstTokenMs: 300, totalMs: 3000 } })
  const p = readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
  show(await p)
}, 5000)
it('empty body etc', async () => {
  for (const [n, r] of Object.entries({
    html: reply.html(), emptySse: reply.raw('', {'content-type':'text/event-stream'}), emptyJson: reply.raw('', {'content-type':'application/json'}), emptyNone: reply.raw(''),
    array: reply.raw('[1,2]', {'content-type':'application/json'}), text: reply.raw('hello', {'content-type':'text/plain'}), trunc: reply.truncated(), trunc2: reply.cut({afterEvents: 1}),
    enc: reply.chat({}, {encodings: Array(100).fill('gzip')}), badgzip: reply.raw('nonsense', {'content-encoding':'gzip','content-type':'text/event-stream'}),
    s204: { ...reply.raw('', {}), status: 204 } , refuse: reply.refuse(), redirect: reply.redirect('http://127.0.0.1:9/')
  })) {
    const up = await upstreamWith([r as any])
    const { handler } = stageOf({ one: up }, { timeout: { idleMs: 1000, firstTokenMs: 1000, totalMs: 3000 }, failover: {streamFallback:false} })
    const s = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
    console.log(n, s.error?.code, s.error?.message, up.hits())
  }
}, 20000)
it('return while parked', async () => {
  const up = await upstreamWith([reply.stall({afterEvents: 2})])
  const { handler } = stageOf({ one: up })
  const s = handler.streamCompletion({ model: 'one/m', prompt: 'x' })
  await s.next(); await s.next()
  const parked = s.next()
  await new Promise(r=>setTimeout(r,20))
  const r = s.return()
  console.log(await parked.catch((e:any)=>`rejects ${e.name} ${e.message}`), await r)
})
