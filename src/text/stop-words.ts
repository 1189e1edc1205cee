/** English words that say how a sentence is built, not what it is about: of no use to tell documents apart. */
const GROUPS = [
  // articles, determiners, numerals
  'a an the this that these those some any no each every either neither both all such same another other own',
  'few more most several many much less least one two first last',
  // pronouns
  'i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself',
  'she her hers herself it its itself they them their theirs themselves who whom whose which what',
  'whoever whatever whichever someone anyone everyone something anything everything nothing nobody none',
  // auxiliaries, and what is left of can't, won't and shan't
  'am is are was were be been being have has had having do does did doing done',
  'will would shall should can could may might must ought cannot ca wo sha',
  // prepositions
  'about above across after against along among amongst around at before behind below beneath beside besides between',
  'beyond by despite down during except for from in inside into like near of off on onto out outside over per since',
  'through throughout till to toward towards under until up upon versus via with within without',
  // conjunctions and adverbs of the sentence
  'and or but nor so yet if unless because although though while whereas whether than as when whenever where wherever',
  'why how then thus hence therefore however moreover furthermore otherwise nevertheless also too very just only even',
  'still already again almost always never often sometimes perhaps rather quite here there now once ever not',
] as const

export const STOP_WORDS: ReadonlySet<string> = new Set(GROUPS.flatMap((group) => group.split(' ')))
