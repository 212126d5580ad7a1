// How the package is built: every entry of package.json as ESM, CommonJS and type declarations.
import { defineConfig } from 'tsup'
import { listCommands, listEntries } from './scripts/entries.mjs'

const sources = [...listEntries().map((entry) => entry.source), ...listCommands()]

export default defineConfig({
  entry: Object.fromEntries(sources.map((source) => [source.replace(/^src\/|\.ts$/g, ''), source])),
  format: ['esm', 'cjs'],
  dts: true,
  clean: true,
  target: 'es2022',
  // Shared code stands once, and what is imported on first use stays in a file of its own.
  splitting: true,
  // Also what keeps `import()` in the CommonJS files: without this step tsup turns it into `require()`.
  treeshake: true,
  // `node:` must survive: some built-in modules and most edge runtimes know only the prefixed name.
  removeNodeProtocol: false,
  // The code is shipped readable, so maps would double the tarball and tell little more.
  sourcemap: false,
})
