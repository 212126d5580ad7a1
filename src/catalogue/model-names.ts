// Which names mean a model of a price table: its own, and dated snapshots of it.

/** A clause of a table's rule, as far as it is read. */
export interface NameRule {
  readonly kind: 'starts_with' | 'ends_with' | 'contains'
  readonly text: string
}

/** A model that can be found by name. */
export interface NamedModel {
  /** Names that mean it exactly. */
  readonly names: readonly string[]
  /** What the table's rule asks of other names. */
  readonly rules: readonly NameRule[]
}

/** How a model was found: `date` is a snapshot that the table does not know, found without its date. */
export type NameMatch = 'exact' | 'alias' | 'rule' | 'date'

/** Where to look, and what is known of names there. */
export interface NameQuestion<Model extends NamedModel> {
  readonly indexes: readonly NameIndex<Model>[]
  readonly aliases?: Readonly<Record<string, string>>
}

/** Longer names mean nothing, and are not looked at. */
const longestName = 200

const date = String.raw`(?:20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01]))`

/**
 * What may follow a model's name where the table's rule reaches that far: a day (`-2025-08-07`, `@20250807`), a month
 * (`-2509`, `-09-2025`), a day of a month (`-0709`, `-05-06`), a number of three digits (`-001`), `-preview` before any
 * of them or alone, `-latest`. Nothing else: neither `-mini` nor `-audio`, `-8b`, `.1` or `-5`.
 */
const version = new RegExp(
  String.raw`^(?:-latest|-preview|(?:-preview)?[-@](?:${date}|\d{3,4}|\d\d-\d\d(?:\d\d)?))$`,
)

const dateAtEnd = new RegExp(`^(.+)[-@](${date})$`, 's')

/** The models of one table, by name. */
export class NameIndex<Model extends NamedModel> {
  readonly #byName = new Map<string, Model>()
  /** By what a version may follow: the names, and the texts of the rules. */
  readonly #byStem = new Map<string, Model[]>()

  /** The names of `names` go before those of later models; a model's first name goes before all others. */
  constructor(models: readonly Model[]) {
    for (const model of models) this.#addName(model.names[0], model)
    for (const model of models) for (const name of model.names) this.#addName(name, model)
    for (const model of models) {
      const texts = model.rules.map(({ text }) => text.replace(/[-@.:]$/, ''))
      for (const stem of new Set([...model.names, ...texts].map((text) => text.toLowerCase())))
        this.#byStem.set(stem, [...(this.#byStem.get(stem) ?? []), model])
    }
  }

  /** The model of exactly this name, whatever its capitals. */
  exact(name: string): Model | undefined {
    return this.#byName.get(name)
  }

  /** The model that this is a dated or numbered version of, where the table's own rule says so too. */
  versioned(name: string): Model | undefined {
    for (let cut = name.length - 1; cut > 0; cut -= 1) {
      if (name[cut] !== '-' && name[cut] !== '@') continue
      if (!version.test(name.slice(cut))) continue
      const found = this.#byStem
        .get(name.slice(0, cut))
        ?.find((model) => model.rules.some((rule) => reaches(rule, name)))
      if (found !== undefined) return found
    }
    return undefined
  }

  #addName(name: string | undefined, model: Model): void {
    const key = name?.toLowerCase()
    if (key !== undefined && !this.#byName.has(key)) this.#byName.set(key, model)
  }
}

/**
 * The model that a name means: by its exact name, by the documented alias, by the table's own rule, or without its date.
 *
 * A table's rules are looser than a bill may be (`starts_with: 'deepseek-r1'` takes `deepseek-r1-distill-llama-70b`,
 * `contains: 'gemini-1.5-flash'` takes the 8B model). So a rule is believed only where what it matched is the model's
 * name with a version behind it. No rule that is a regular expression is ever run: a fetched table might hold one that
 * does not end.
 */
export function findByName<Model extends NamedModel>(
  given: string,
  { indexes, aliases = {} }: NameQuestion<Model>,
): { readonly model: Model; readonly match: NameMatch } | undefined {
  if (given.length > longestName) return undefined
  const name = given.toLowerCase()
  const exact = (wanted: string) => first(indexes, (index) => index.exact(wanted))
  const aliased = (wanted: string) =>
    Object.hasOwn(aliases, wanted) ? exact(aliases[wanted] ?? '') : undefined
  const tries: readonly [NameMatch, () => Model | undefined][] = [
    ['exact', () => exact(name)],
    ['alias', () => aliased(name)],
    ['rule', () => first(indexes, (index) => index.versioned(name))],
    ['rule', () => first(otherDateForms(name), (form) => exact(form) ?? aliased(form))],
    ['date', () => first(withoutDate(name), (stem) => exact(stem) ?? aliased(stem))],
  ]
  for (const [match, find] of tries) {
    const model = find()
    if (model !== undefined) return { model, match }
  }
  return undefined
}

/** The literals of a table's rule. A regular expression counts by the plain text that it begins with. */
export function readRule(rule: unknown): {
  readonly names: readonly string[]
  readonly rules: readonly NameRule[]
} {
  const names: string[] = []
  const rules: NameRule[] = []
  const read = (clause: unknown, depth: number): void => {
    if (typeof clause !== 'object' || clause === null || depth > deepestRule) return
    for (const [kind, value] of Object.entries(clause)) {
      if ((kind === 'or' || kind === 'and') && Array.isArray(value)) {
        for (const part of value) read(part, depth + 1)
      } else if (typeof value !== 'string' || value === '') continue
      else if (kind === 'equals') names.push(value)
      else if (kind === 'starts_with' || kind === 'ends_with' || kind === 'contains')
        rules.push({ kind, text: value.toLowerCase() })
      else if (kind === 'regex') {
        const text = plainBeginning(value)
        if (text !== '') rules.push({ kind: 'starts_with', text })
      }
    }
  }
  read(rule, 0)
  return { names, rules }
}

const deepestRule = 8

function plainBeginning(expression: string): string {
  const [, text = ''] = /^\^((?:[a-zA-Z0-9/_:@-]|\\\.)*)/.exec(expression) ?? []
  return text.replaceAll('\\.', '.').toLowerCase()
}

function reaches({ kind, text }: NameRule, name: string): boolean {
  switch (kind) {
    case 'starts_with':
      return name.startsWith(text)
    case 'ends_with':
      return name.endsWith(text)
    case 'contains':
      return name.includes(text)
    default:
      kind satisfies never
      return false
  }
}

/** `-20250807` as `-2025-08-07`, and the other way round: a snapshot may have a price of its own under either. */
function otherDateForms(name: string): string[] {
  const [, stem = '', day = ''] = dateAtEnd.exec(name) ?? []
  if (day === '') return []
  const digits = day.replaceAll('-', '')
  const dashed = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
  return ['-', '@'].flatMap((mark) => [`${stem}${mark}${dashed}`, `${stem}${mark}${digits}`])
}

function withoutDate(name: string): string[] {
  const [, stem] = dateAtEnd.exec(name) ?? []
  return stem === undefined ? [] : [stem]
}

function first<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
