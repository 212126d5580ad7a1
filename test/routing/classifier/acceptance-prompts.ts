// The acceptance prompts: what level each must get. Test data: no training step reads them, and no rule quotes them.
import type { ClassifierQuestion } from '../../../src/core/classification.js'
import type { Level } from '../../../src/core/level.js'
import {
  csvRows,
  debuggingConversation,
  japaneseContract,
  jsonObject,
  loginCode,
  meetingNotes,
  minutes,
  monthlySales,
  networkModule,
  plainFunction,
  rustCode,
  sourceFile,
} from './material.js'

/** A prompt and its level. */
export interface AcceptancePrompt {
  readonly number: number
  readonly level: Level
  /** Not even one level off. */
  readonly isStrict?: true
  readonly prompt: string
}

const ledger =
  'Design a payment ledger that stays correct while two regions accept writes and the link between them is down.'
const review = 'Review this for vulnerabilities, rank them by how they would be exploited, fix the worst.'

/** An order as the end of a polite question. */
function asked(order: string): string {
  return order.charAt(0).toLowerCase() + order.slice(1)
}

const rows: readonly (readonly [number, Level, string, true?])[] = [
  [1, 'simple', '', true],
  [2, 'simple', 'thanks, that fixed it 👍', true],
  [3, 'simple', 'What is the capital of Mongolia?', true],
  [4, 'simple', 'Translate into French: the train leaves at nine.'],
  [
    5,
    'simple',
    'Please correct the spelling: let me know when you return from class, then we try the new global menu',
    true,
  ],
  [6, 'simple', 'Make this friendlier: the performance of the final act let the public down'],
  [
    7,
    'simple',
    "My son's class will import apples for the fair. One short line to print on the bag, please.",
  ],
  [8, 'simple', 'How do I centre a div?'],
  [9, 'simple', '¿Cuántos gramos hay en una libra?'],
  [10, 'simple', '日本で一番高い山は何ですか。'],
  [11, 'simple', 'Wie schreibt man »Rhythmus« richtig?'],
  [12, 'simple', 'اكتب جملة شكر قصيرة لجارتي.'],
  [13, 'simple', `${meetingNotes(6_000)}\n\nOn which date do they meet again?`],
  [14, 'simple', `${sourceFile(200)}\n\nTranslate the comment on line 1 into German.`],
  [15, 'simple', `${jsonObject(40)}\n\nWhat is the value of "city"?`],
  [16, 'moderate', 'Explain to a ten-year-old how a vaccine works.'],
  [17, 'moderate', 'Compare renting and buying a flat for someone who moves every three years.'],
  [18, 'moderate', 'Draft a cover letter for a nurse who wants to become a teacher.'],
  [19, 'moderate', 'Write a Python function that sorts a list of people by surname.'],
  [20, 'moderate', 'What does `^\\d{4}-\\d{2}$` match, and what does it miss?'],
  [21, 'moderate', 'A coat costs 60 after a 25 % discount. What did it cost before?'],
  [22, 'moderate', 'Quels sont les avantages et les inconvénients du télétravail pour une petite équipe ?'],
  [23, 'moderate', '用三段话介绍光合作用。'],
  [24, 'moderate', 'किराए के घर और अपने घर के फ़ायदे और नुकसान बताइए।'],
  [25, 'moderate', `${minutes(2_000)}\n\nSummarise in five bullets; name the owner of each action.`],
  [26, 'moderate', `${csvRows(300)}\n\nTurn this into JSON with the keys name and age.`],
  [27, 'moderate', 'Plan three days in Lisbon with a toddler, on foot and by tram.'],
  [
    28,
    'complex',
    `${plainFunction(30)}\n\nThe total is wrong when the list has a refund. Why, and what is the fix?`,
  ],
  [
    29,
    'complex',
    "Write SQL for each customer's second-latest order; break ties by amount; keep customers with one order.",
  ],
  [30, 'complex', 'Find the integral of x·e^(2x) and check it by differentiating.'],
  [31, 'complex', `${monthlySales()}\n\nFind the odd month and give two explanations that fit the numbers.`],
  [32, 'complex', 'A says B lies. B says C lies. C says A and B both lie. Who tells the truth?'],
  [33, 'complex', 'Is 2^31 − 1 prime? Show how you know.'],
  [
    34,
    'complex',
    `${rustCode(40)}\n\nErkläre, warum der Borrow-Checker hier ablehnt, und zeige zwei Auswege.`,
  ],
  [35, 'complex', `${japaneseContract(24)}\n\n第5条と第9条は矛盾していますか。理由も述べてください。`],
  [36, 'complex', `${networkModule(80)}\n\nRefactor this so that it can be tested without a network.`],
  [
    37,
    'complex',
    'Escreva um conto de quinze frases em que cada frase começa com a última palavra da anterior.',
  ],
  [38, 'advanced', 'Prove that there are infinitely many primes of the form 4k + 3.'],
  [39, 'advanced', 'Why is P versus NP so hard to settle? Cover relativisation and natural proofs.'],
  [40, 'advanced', ledger, true],
  [41, 'advanced', `${loginCode(200)}\n\n${review}`],
  [
    42,
    'advanced',
    'Разработайте архитектуру чата на миллион одновременных соединений: шардирование, отказы узлов, обновление без простоя.',
  ],
  [43, 'advanced', '设计一个无锁队列，并证明它是线性一致的。'],
  [
    44,
    'advanced',
    'Diseña un protocolo de voto electrónico verificable que no revele el voto y analiza sus ataques.',
  ],
]

/** The prompts 1 to 44, of one turn each. */
export const acceptancePrompts: readonly AcceptancePrompt[] = rows.map(
  ([number, level, prompt, isStrict]) => ({
    number,
    level,
    prompt,
    ...(isStrict && { isStrict }),
  }),
)

/** A request and the levels that it may get. */
export interface AcceptanceRequest {
  readonly number: number
  readonly question: ClassifierQuestion
  readonly from: Level
  readonly to: Level
}

/** The requests 45 to 49: conversations, and kinds of work that the caller names. */
export const acceptanceRequests: readonly AcceptanceRequest[] = [
  {
    number: 45,
    question: {
      messages: [
        { role: 'user', content: ledger },
        { role: 'assistant', content: 'Shall I assume that both regions run the same database?' },
        { role: 'user', content: 'Yes, go ahead.' },
      ],
    },
    from: 'advanced',
    to: 'advanced',
  },
  {
    number: 46,
    question: { messages: [...debuggingConversation(40), { role: 'user', content: 'Great, thanks, bye!' }] },
    from: 'simple',
    to: 'simple',
  },
  {
    number: 47,
    question: { messages: [{ role: 'user', content: ledger }], taskType: 'chat' },
    from: 'complex',
    to: 'advanced',
  },
  {
    number: 48,
    question: {
      messages: [{ role: 'user', content: 'What is the capital of Mongolia?' }],
      taskType: 'reasoning',
    },
    from: 'simple',
    to: 'moderate',
  },
  {
    number: 49,
    question: {
      messages: [
        {
          role: 'user',
          content: `${loginCode(200)}

Hello! Could you please ${asked(review)}`,
        },
      ],
    },
    from: 'advanced',
    to: 'advanced',
  },
]
