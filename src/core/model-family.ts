// Finds what is known of a model under the name of its family.

/** What follows a family's name in another model's name: `claude-opus-4-9` is no `claude-opus-4`. */
const versionPart = /^\d{1,2}$/

/**
 * The entry for a model: under its own name, else under the longest family that its name begins with in whole
 * dash-separated parts. `claude-sonnet-4-5-20250929` finds `claude-sonnet-4-5`; where a further version number follows,
 * it is another family, and only a more general entry (`claude`) is left.
 */
export function ofFamily<Entry>(table: Readonly<Record<string, Entry>>, model: string): Entry | undefined {
  const parts = model.split('-')
  for (let length = parts.length; length > 0; length -= 1) {
    if (versionPart.test(parts[length] ?? '')) continue
    const family = parts.slice(0, length).join('-')
    if (Object.hasOwn(table, family)) return table[family]
  }
  return undefined
}
