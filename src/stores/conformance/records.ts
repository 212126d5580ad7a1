// What a store promises about usage records and small records.

import type { RecordFilter } from '../../core/usage-record.js'
import { expectSame, expectThat } from './expect.js'
import { admitted, charge, holdOf, numbers, recordOf, recordsOf, type Trial, type World } from './world.js'

async function write(world: World, id: string, parts: Parameters<typeof recordOf>[1]): Promise<void> {
  await admitted(world.store, holdOf(id, { claims: [] }))
  await world.store.commit(id, charge(), recordOf(id, parts))
}

/** The trials of `records`, and of `get`, `set`, `delete` and `list`. */
export const recordTrials: readonly Trial[] = [
  [
    'US3: records come newest first, all of them, and as they were written',
    async (world) => {
      for (const i of numbers(100))
        await write(world, `r${i}`, { at: 1_000 + i, cost: i, tags: ['a', `t${i % 3}`] })
      const all = await recordsOf(world.store)
      expectSame(
        'ids',
        all.map(({ id }) => id),
        numbers(100).map((i) => `r${99 - i}`),
      )
      expectSame('one of them', all[12], recordOf('r87', { at: 1_087, cost: 87, tags: ['a', 't0'] }))
      let seen = 0
      for await (const record of world.store.records({ tenant: 'acme' })) {
        expectSame('the newest', record.id, 'r99')
        seen += 1
        break
      }
      expectSame('seen before leaving', seen, 1)
    },
  ],
  [
    'US3: records are found by each of their fields',
    async (world) => {
      const fields = {
        user: 'u',
        agent: 'g',
        session: 's',
        run: 'r',
        provider: 'anthropic',
        model: 'm',
      } as const
      await write(world, 'plain', { at: 10 })
      await write(world, 'full', { at: 20, ...fields, tags: ['x', 'y'], outcome: 'aborted' })
      await write(world, 'late', { at: 30, tags: ['y'], outcome: 'failure' })
      const found = async (filter: RecordFilter): Promise<string> =>
        (await recordsOf(world.store, { tenant: 'acme', ...filter })).map(({ id }) => id).join(' ')
      expectSame('all', await found({}), 'late full plain')
      for (const [name, value] of Object.entries(fields)) {
        expectSame(`by ${name}`, await found({ [name]: value }), 'full')
        expectSame(`by another ${name}`, await found({ [name]: 'other' }), '')
      }
      expectSame('by tag', await found({ tag: 'y' }), 'late full')
      expectSame('by outcome', await found({ outcome: 'failure' }), 'late')
      expectSame('from', await found({ from: 20 }), 'late full')
      expectSame('to', await found({ to: 20 }), 'plain')
      expectSame('both', await found({ from: 11, to: 30, tag: 'x' }), 'full')
      expectSame('another tenant', await found({ tenant: 'other' }), '')
      expectSame('whoever', (await recordsOf(world.store, {})).length, 3)
    },
  ],
  [
    'what is written does not change with the object that was given',
    async ({ store }) => {
      const tags = ['before']
      const hold = { ...holdOf('a'), record: recordOf('a', { tags }) }
      await admitted(store, hold)
      const record = { ...recordOf('a'), cost: 5 as number | null }
      await store.commit('a', charge(5), record)
      record.cost = 6
      expectSame('the cost', (await recordsOf(store))[0]?.cost, 5)
    },
  ],
  [
    'a small record is what was written last, with a version that rises by 1',
    async ({ store, another }) => {
      const other = await another()
      expectSame('nothing yet', await store.get('keys', 'a'), undefined)
      expectSame('first', await store.set('keys', 'a', 'one'), 1)
      expectSame('second', await other.set('keys', 'a', 'two'), 2)
      expectSame('read', await store.get('keys', 'a'), { value: 'two', version: 2 })
      expectSame('another collection', await store.get('other', 'a'), undefined)
      expectSame('deleted', await store.delete('keys', 'a'), true)
      expectSame('deleted again', await store.delete('keys', 'a'), false)
      expectSame('gone', await other.get('keys', 'a'), undefined)
      expectSame('written again', await store.set('keys', 'a', ''), 3)
      expectSame('the empty text', await store.get('keys', 'a'), { value: '', version: 3 })
    },
  ],
  [
    'a small record is written only over the version that was read',
    async ({ store, another }) => {
      const other = await another()
      expectSame('over what is not there', await store.set('keys', 'a', 'x', 1), undefined)
      expectSame('as the first', await store.set('keys', 'a', 'one', 0), 1)
      expectSame('as the first, again', await store.set('keys', 'a', 'two', 0), undefined)
      expectSame('over the version', await store.set('keys', 'a', 'two', 1), 2)
      expectSame('over an old one', await store.set('keys', 'a', 'three', 1), undefined)
      expectSame('unchanged', await store.get('keys', 'a'), { value: 'two', version: 2 })
      const answers = await Promise.all(
        numbers(20).map((i) => (i % 2 ? store : other).set('keys', 'a', `by ${i}`, 2)),
      )
      expectSame(
        'of twenty at once, one wins',
        answers.filter((version) => version !== undefined),
        [3],
      )
      await store.delete('keys', 'a')
      expectSame('the version of what is gone', await store.set('keys', 'a', 'x', 3), undefined)
      expectSame('there is none', await store.set('keys', 'a', 'anew', 0), 4)
    },
  ],
  [
    'a collection is listed in the order of its keys, whatever they are',
    async ({ store }) => {
      const keys = [
        'b',
        'a',
        '',
        '__proto__',
        'constructor',
        'a\u0000',
        'é',
        '😀',
        '\uffff',
        '10',
        '9',
        'k'.repeat(10_000),
      ]
      keys.push('\ud800', '\udfff')
      for (const [index, key] of keys.entries())
        await store.set('odd', key, `value ${index} \u0000 \ud800 😀`)
      await store.set('other', 'c', 'elsewhere')
      await store.set('odd', 'gone', 'soon')
      await store.delete('odd', 'gone')
      const listed = await store.list('odd')
      expectSame(
        'keys',
        listed.map(({ key }) => key),
        keys.toSorted(),
      )
      for (const { key, value, version } of listed) {
        expectSame(
          `value of ${JSON.stringify(key).slice(0, 20)}`,
          value,
          `value ${keys.indexOf(key)} \u0000 \ud800 😀`,
        )
        expectSame('version', version, 1)
      }
      expectSame('read one by one', (await store.get('odd', '__proto__'))?.value, 'value 3 \u0000 \ud800 😀')
      expectSame('an unknown collection', await store.list('__proto__'), [])
      const large = '€'.repeat(100_000)
      await store.set('odd', 'large', large)
      expectThat('a large value comes back', (await store.get('odd', 'large'))?.value === large)
    },
  ],
]
