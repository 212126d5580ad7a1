// Compares the Redis store with the reference model over random sequences of operations.

import { afterAll, beforeAll, describe, it } from 'vitest'
import { checkAgainstModel } from './model.js'
import { ModelledRedis } from './modelled-redis.js'
import { absenceNotice, hasRedisServer } from './redis-server.js'

if (!hasRedisServer) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe('the Redis store', () => {
    let redis: ModelledRedis

    beforeAll(async () => {
      redis = await ModelledRedis.start()
    })
    afterAll(() => redis.end())

    it('D14: 500 random sequences keep I1 to I8', { timeout: 40_000 }, () =>
      checkAgainstModel(() => redis.open('app'), { sequences: 500 }),
    )

    it('D14: 50 random sequences with partition "tenant" keep I1 to I8', () =>
      checkAgainstModel(() => redis.open('tenant'), { sequences: 50 }))
  })
}
