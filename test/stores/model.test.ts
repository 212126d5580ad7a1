// Compares the embedded stores with the reference model over random sequences of operations.
import { it } from 'vitest'
import { checkAgainstModel } from './model.js'
import { modelledFile, modelledMemory } from './modelled.js'

it('D14: 10,000 random sequences on the memory store keep I1 to I8', { timeout: 60_000 }, async () => {
  await checkAgainstModel(modelledMemory, { sequences: 10_000 })
})

it('D14: 500 random sequences with crashes and clock jumps on the file store keep I1 to I8', {
  timeout: 60_000,
}, async () => {
  await checkAgainstModel(modelledFile, { sequences: 500 })
})
