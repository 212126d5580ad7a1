// Finds what is known of a model under the name of its family.

/** What follows a family's name in another model's name: `claude-opus-4-9` is no `claude-opus-4`. */
const versionPart = /^\d{1,2}$/

/**
 * The entry for a model: under its own name, else under the longest family that its name begins with in whole
 * dash-separated parts. `claude-sonnet-4-5-20250929` finds `claude-sonnet-4-5`; a further version number makes it
 * another family, of which nothing is known.
 */
export function ofFamily<Entry>(table: Readonly<Record<string, Entry>>, model: string): Entry | undefined {
  const parts = model.split('-')
  for (let length = parts.length; length > 0; length -= 1) {
    const family = parts.slice(0, length).join('-')
    if (!Object.hasOwn(table, family)) continue
    return versionPart.test(parts[length] ?? '') ? undefined : table[family]
  }
  return undefined
}
