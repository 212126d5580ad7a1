// The demo: a story on local servers without a key, a real answer with one.

import { envKeys } from 'byok-handler'
import { askProvider } from './live.js'
import { tellStory } from './story.js'
import { Terminal, terminalOptions } from './terminal.js'
import { openStage } from './upstreams.js'

const terminal = new Terminal(process.stdout, terminalOptions(process.stdout, process.env))
const keys = envKeys()

if (Object.keys(keys).length > 0) {
  const hasAnswered = await askProvider(terminal, { keys }, process.argv.slice(2).join(' '))
  if (!hasAnswered) process.exitCode = 1
} else {
  await using stage = await openStage(terminal.isWatched)
  await tellStory(terminal, stage)
}
