// Material that is pasted beside questions, made up line by line: notes, code, tables, a contract.

const topics = [
  'the budget',
  'the new office',
  'hiring',
  'the website',
  'the supplier',
  'travel costs',
  'the survey',
  'training',
]
const people = ['Ana', 'Bilal', 'Chen', 'Dora', 'Emil', 'Fatou', 'Goran', 'Hana']
const verbs = [
  'reported on',
  'asked about',
  'proposed to postpone',
  'explained',
  'was worried about',
  'summed up',
]

function pick<Item>(items: readonly Item[], at: number): Item {
  return items[at % items.length]!
}

/** So many words of notes, in paragraphs. */
export function meetingNotes(words: number): string {
  const sentences: string[] = []
  let count = 0
  for (let at = 0; count < words; at += 1) {
    const sentence = `${pick(people, at * 3 + 1)} ${pick(verbs, at * 5 + 2)} ${pick(topics, at * 7 + 3)}, and ${pick(people, at + 4)} will send the figures before the ${(at % 27) + 1}th.`
    sentences.push(at % 9 === 8 ? `${sentence}\n` : sentence)
    count += sentence.split(' ').length
  }
  return `${sentences.join(' ')} They meet again on 14 March.`
}

/** Minutes, with actions. */
export function minutes(words: number): string {
  return `Minutes of the board, Tuesday\n\n${meetingNotes(words)}\nAction: Chen writes to the supplier.\nAction: Dora books the room.`
}

/** A source file in a fence. */
export function sourceFile(
  lines: number,
  comment = '// Keeps the orders that have not been sent yet.',
): string {
  const body: string[] = [comment, "import { readFile } from 'node:fs/promises'", '']
  for (let at = 0; body.length < lines; at += 1) {
    body.push(`export function order${at}(list) {`)
    body.push(`  const total = list.reduce((sum, item) => sum + item.price * ${at + 1}, 0)`)
    body.push(`  if (total > ${at * 10}) return { total, isLarge: true }`)
    body.push('  return { total, isLarge: false }', '}', '')
  }
  return `\`\`\`js\n${body.slice(0, lines).join('\n')}\n\`\`\``
}

/** A function without a fence. */
export function plainFunction(lines: number): string {
  const body = ['function total(orders) {', '  let sum = 0', '  for (const order of orders) {']
  while (body.length < lines - 4)
    body.push(`    if (order.kind === 'k${body.length}') sum += order.amount * ${body.length}`)
  return [...body, '    if (order.refund) sum += order.amount', '  }', '  return sum', '}'].join('\n')
}

/** A JSON object, indented. */
export function jsonObject(lines: number): string {
  const fields = Array.from(
    { length: lines - 3 },
    (_, at) => `  "field${at}": ${at % 3 === 0 ? `"value ${at}"` : at * 7},`,
  )
  return `{\n${fields.join('\n')}\n  "city": "Graz"\n}`
}

/** Rows of names and ages. */
export function csvRows(rows: number): string {
  const body = Array.from(
    { length: rows },
    (_, at) => `${pick(people, at)} ${pick(people, at * 3)},${20 + ((at * 7) % 50)}`,
  )
  return `name,age\n${body.join('\n')}`
}

/** Twelve months of sales by region. */
export function monthlySales(): string {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  const body = months.map(
    (month, at) => `${month},${1_200 + at * 10},${at === 6 ? 310 : 900 + at * 8},${700 + at * 5}`,
  )
  return `month,north,south,west\n${body.join('\n')}`
}

/** Rust that keeps a reference for too long. */
export function rustCode(lines: number): string {
  const body = ['fn longest(words: &mut Vec<String>) -> &String {', '    let first = &words[0];']
  while (body.length < lines - 3)
    body.push(`    if words.len() > ${body.length} { words.push(String::from("w${body.length}")); }`)
  return [...body, '    words.clear();', '    first', '}'].join('\n')
}

/** A contract in Japanese, by articles. */
export function japaneseContract(articles: number): string {
  return Array.from(
    { length: articles },
    (_, at) =>
      `第${at + 1}条 甲は乙に対し、本契約に定める業務を委託し、乙はこれを受託する。乙は毎月末日までに報告書を提出し、甲は受領後三十日以内に委託料を支払うものとする。ただし、別段の定めがある場合はこの限りでない。`,
  ).join('\n')
}

/** A module that talks to a network. */
export function networkModule(lines: number): string {
  const body = ["import https from 'node:https'", '', 'const cache = {}', '']
  for (let at = 0; body.length < lines; at += 1)
    body.push(
      `export async function load${at}(id) {`,
      `  const response = await fetch('https://api.example.com/v${at}/items/' + id)`,
      '  cache[id] = await response.json()',
      '  return cache[id]',
      '}',
      '',
    )
  return `\`\`\`js\n${body.slice(0, lines).join('\n')}\n\`\`\``
}

/** Code that logs people in, badly. */
export function loginCode(lines: number): string {
  const body = ["const db = require('./db')", 'const sessions = {}', '']
  for (let at = 0; body.length < lines; at += 1)
    body.push(
      `app.post('/login${at}', (request, response) => {`,
      `  const row = db.query("select * from users where name = '" + request.body.name + "'")`,
      '  if (row.password == request.body.password) sessions[request.ip] = row.id',
      '  response.redirect(request.query.next)',
      '})',
      '',
    )
  return `\`\`\`js\n${body.slice(0, lines).join('\n')}\n\`\`\``
}

/** A long debugging conversation. */
export function debuggingConversation(turns: number): { role: 'user' | 'assistant'; content: string }[] {
  return Array.from({ length: turns }, (_, at) =>
    at % 2 === 0
      ? {
          role: 'user' as const,
          content: `It still crashes with a race condition in the worker, step ${at}: ${plainFunction(12)}`,
        }
      : {
          role: 'assistant' as const,
          content: 'Try to hold the lock while the queue is drained. Does the crash go away?',
        },
  )
}
