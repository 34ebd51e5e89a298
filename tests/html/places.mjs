// Puts a script at the place that the module finds in generated pages, and
// looks at it with parse5: it must be a script there, everything else must be
// as it was, and the place must be the first that the standard's tokens allow.
//
//     places.mjs PLACES [PAGES]     PLACES: places.c, built

import { spawnSync } from 'node:child_process'
import { parse, Tokenizer, TokenizerMode, html as HTML } from 'parse5'

const SEED = 20240229
const PAGES = 20000

const BOM = '\xef\xbb\xbf'
const OURS = '<script id="ours"></script>'

const SPACE = ' \t\n\f\r'
const FIRST = ['html', 'head', 'meta', 'title']

// pages are bytes, and strings of one character each, as latin1 has them

// ------------------------------------------------------------------- pages

function mulberry32 (seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const random = mulberry32(SEED)
const below = n => Math.floor(random() * n)
const one = list => list[below(list.length)]
const some = (list, max) => {
  let text = ''
  for (let n = below(max + 1); n > 0; n--) text += one(list)
  return text
}

const anyCase = text => random() < 0.6
  ? text
  : text.replace(/[a-z]/g, c => random() < 0.5 ? c.toUpperCase() : c)

const space = () => some([...SPACE], 3)
const oneSpace = () => one([...SPACE])

const COMMENT = ['-', '--', '-->', '--!', '--!>', '>', '->', '!', '<', '<!',
  '<!-', '<!--', '<!-->', '<!--->', ' ', 'x', '"', "'", '<html>', '</title>',
  '<p>', '\n', '\xe9', ']]>', '[if IE]>', '<![endif]']

const VALUE = ['x', '>', '<', '/', '=', '"', "'", '<p>', '-->', '&gt;', '`',
  '\xa0', '</title>', ' ', '\n']

const TITLE = ['x', ' ', '<', '</', '<p>', '</p>', '</titl', '</titles>',
  '</title', '<title>', '<!--', '-->', '&lt;', '</ title>', '</>', '"', '\xe9',
  '</head>', '<script>', '</TITLE', '</title\v>', '\n', '<</']

const DOCTYPES = ['html', ' html', '\nhtml ', ' HTML', '', ' ', ' svg',
  ' html SYSTEM "about:legacy-compat"', ' html PUBLIC "a>b"', ' html x',
  ' html PUBLIC "-//W3C//DTD HTML 4.01//EN" ' +
    '"http://www.w3.org/TR/html4/strict.dtd"',
  ' HTML PUBLIC \'-//W3C//DTD HTML 4.01 Transitional//EN\'',
  ' html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" ' +
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"',
  ' html SYSTEM \'x', ' html PUBLIC"">x']

const NAMES = ['a', 'lang', 'class', 'charset', 'content', '=', '"', "'", '<',
  'a"b', '<p', 'x=', '\xe9', '`', 'http-equiv', 'name']

function attributes () {
  let text = ''

  for (let n = below(4); n > 0; n--) {
    text += one([space() || '/', oneSpace(), '/', '']) + anyCase(one(NAMES))

    switch (below(6)) {
      case 0: break
      case 1: text += `${space()}=${space()}"${some(VALUE, 3)}"`; break
      case 2: text += `${space()}=${space()}'${some(VALUE, 3)}'`; break
      case 3: text += `${space()}=${space()}${some(VALUE, 3)}`; break
      case 4: text += `="${some(['x', ' ', '>', '<', "'"], 4)}"`; break
      default: text += `=${one(['x', 'utf-8', 'x/', '/', '"', "'", ''])}`
    }
  }

  return text
}

const tag = name =>
  '<' + anyCase(name) + (random() < 0.5
    ? ''
    : one([oneSpace(), '/', oneSpace()]) + attributes() + space()) +
  one(['>', '>', '>', '>', '/>', ' />', '//>', ' '])

const comment = () => one([
  () => `<!--${some(COMMENT, 5)}-->`,
  () => `<!--${some(COMMENT, 5)}${one(['-->', '--!>', '->', '>', '', '--->'])}`,
  () => `<!${some(COMMENT, 3)}>`,
  () => `<?${some(COMMENT, 3)}>`,
  () => `</${one(COMMENT)}${some(COMMENT, 2)}>`,
  () => one(['<!-->', '<!--->', '<!---->', '<!----!>', '<!>', '<!->', '<?>',
    '</>', '<![CDATA[x]]>', '<?xml version="1.0" encoding="utf-8"?>',
    '<!--[if IE]><html class="ie"><![endif]-->', '<![if !IE]>'])
])()

const doctype = () =>
  `<!${anyCase('doctype')}${one(DOCTYPES)}${one(['>', '>', '>', ' >', ''])}`

const title = () =>
  tag('title') + some(TITLE, 4) + '</' + anyCase('title') +
  one(['>', '>', '>', ' >', '/>', '', '\n>', ' ' + attributes() + '>'])

const passed = [space, space, space, comment, comment, doctype,
  () => tag('html'), () => tag('html'), () => tag('head'), () => tag('head'),
  () => tag('meta'), () => tag('meta'), title, title]

const OTHERS = ['body', 'header', 'h1', 'hr', 'heading', 'htm', 'htmlx', 'm',
  'base', 'link', 'style', 'p', 'br', 'table', 'titles', 'template', 'metadata',
  'main', 'frameset', 'noscript', 'svg', 'math', 'textarea', 'script', 'select',
  'hea', 'titl', 'html:html', 'tr', 'img', 'input', 'a', 'b', 'noframes']

const TEXTS = ['x', 'text ', '<', '< ', '<1', '<>', '&nbsp;', '\xa0', '\v', '>',
  '-->', '{', '\x01', '<<', '<=', 'a<html>', '\xef\xbb\xbf', '\x80', ']]>',
  '<html\xe9>', '<\xe9>']

const ENDS = ['p', 'head', 'html', 'body', 'title', 'meta', 'br', 'x', 'base',
  'a', 'template', 'script']

const other = [
  () => tag(one(OTHERS)), () => tag(one(OTHERS)), () => tag(one(OTHERS)),
  () => one(TEXTS), () => one(TEXTS),
  () => `</${anyCase(one(ENDS))}${one(['>', '>', ' >', '/>', ' a="b">'])}`]

const REST = ['<body>', 'text', '</head>', '\n', ' ', '<p>', '</p>', '</body>',
  '</html>', '<!-- c -->', '<meta charset=x>', '<html b=c>', '<head d>',
  '<title>t</title>', '<link>', '<!doctype html>', '<table>',
  '<svg><title>t</title></svg>', '<td>', '<frameset>', '<noscript>',
  '<style>x</style>', '<template>', '</template>', '<']

function page () {
  let text = random() < 0.1 ? BOM : ''

  for (let n = below(7); n > 0; n--) text += one(passed)()

  if (random() < 0.85) text += one(other)()
  if (random() < 0.3) text += one([...passed, ...other])()
  if (random() < 0.7) text += some(REST, 8)

  const chance = random()

  if (chance < 0.25) {
    text = text.slice(0, below(text.length + 1))
  } else if (chance < 0.27) {
    const at = below(Math.min(text.length, 40) + 1)
    text = text.slice(0, at) + '\0' + text.slice(at)
  } else if (chance < 0.29) {
    text = one(['\xfe\xff', '\xff\xfe', '\xff\xfe\0\0', '\0\0\xfe\xff']) + text
  } else if (chance < 0.31) {
    text = one(['\xfe', '\xff', '\xef', '\xef\xbb', '\xff\xff']) + text
  }

  return text
}

// ------------------------------------------------------------------ places

// Where the first of the standard's tokens is that is not passed over, in a
// text without BOM; undefined if there is none.

function firstOther (text) {
  let first
  let last = 0
  let inTitle = false

  // parse5 is not exact about where text begins: it is behind the last token,
  // and what is no token

  const found = () => {
    first ??= last + text.slice(last).match(/^([ \t\n\f\r]|<\/>)*/)[0].length
  }

  const over = token => { last = token.location.endOffset }
  const tokenizer = new Tokenizer({ sourceCodeLocationInfo: true }, {
    onComment: over,
    onDoctype: over,
    onEof () {},
    onWhitespaceCharacter () {},
    onCharacter: () => inTitle || found(),
    onNullCharacter: () => inTitle || found(),

    onStartTag (token) {
      if (!FIRST.includes(token.tagName)) found()

      if (token.tagName === 'title') {
        tokenizer.state = TokenizerMode.RCDATA
        inTitle = true
      }

      over(token)
    },

    onEndTag (token) {
      if (!inTitle) found()

      inTitle = false
      over(token)
    }
  })

  tokenizer.write(text, true)

  return first
}

// What the module should say.  A page that was cut off gets one more tag: if
// that is no tag there, it is part of something.  Only if that something ends
// as another tag, the place is before it.

const CUT_OFF = ['', '<ours>', '>', '">', "'>"]

function expected (bytes) {
  // UTF-16 and UTF-32, or a zero byte where these or UTF-8 might still begin

  if (/^(\xfe\xff|\xff\xfe|\0)/.test(bytes)) return '-1'
  if (/^(\xef\xbb?|\xfe|\xff)\0/.test(bytes)) return '-1'

  if (bytes === '') return 'end'

  const bom = bytes.startsWith(BOM) ? BOM.length : 0
  const text = bytes.slice(bom)

  // a zero byte makes the parser's tag another one, or is the first text

  const zero = text.indexOf('\0')
  const place = CUT_OFF.map(end => firstOther(text + end))
    .find(place => place !== undefined)

  if (zero >= 0 && (place === undefined || zero <= place)) return '-1'
  if (place === undefined) return 'end'
  if (zero >= 0 && undecided(text.slice(place, zero))) return '-1'

  return String(bom + place)
}

const undecided = text =>
  text === '</' || FIRST.some(name =>
    ('<' + name).startsWith(text.toLowerCase()))

// ------------------------------------------------------------------- trees

function ours (node, found = []) {
  if (node.attrs?.some(a => a.name === 'id' && a.value === 'ours')) {
    found.push(node)
  }

  for (const child of node.childNodes ?? []) ours(child, found)
  if (node.content) ours(node.content, found)

  return found
}

// A tree as text, without our script.  Text that it parted is joined.

function tree (node) {
  const nodes = node.childNodes.filter(child => ours(child).length === 0 ||
    child.nodeName !== 'script')

  let text = ''
  let wasText = false

  for (const child of nodes) {
    if (child.nodeName === '#text') {
      text += (wasText ? '' : '#') + JSON.stringify(child.value).slice(1, -1)
      wasText = true
      continue
    }

    wasText = false

    if (child.nodeName === '#comment') {
      text += `(comment ${JSON.stringify(child.data)})`
    } else if (child.nodeName === '#documentType') {
      text += `(doctype ${JSON.stringify(
        [child.name, child.publicId, child.systemId])})`
    } else {
      const attrs = child.attrs.map(a => [a.prefix, a.name, a.value])
      text += `(${child.namespaceURI} ${child.nodeName} ` +
        `${JSON.stringify(attrs)} ${tree(child)}` +
        `${child.content ? `content ${tree(child.content)}` : ''})`
    }
  }

  return text
}

const decode = bytes => bytes.startsWith(BOM) ? bytes.slice(BOM.length) : bytes

const parsed = bytes => parse(decode(bytes))
const whole = document => `${document.mode} ${tree(document)}`

// An end tag that the parser ignores, as long as there is no <head>, does not
// make one, but our script before it does.  What follows is then in the head,
// as if the page had a <head> here: space, comments, the attributes of a later
// <head>.  Other end tags, and all that is not one, begin the head themselves.

const IGNORED = /^<\/(?!(head|body|html|br)[\s/>])[a-z]/i

function differs (bytes, place) {
  const before = bytes.slice(0, place)
  const after = bytes.slice(place)

  const document = parsed(before + OURS + after)
  const scripts = ours(document)

  if (scripts.length !== 1) return `${scripts.length} scripts`

  const script = scripts[0]

  if (script.nodeName !== 'script' || script.namespaceURI !== HTML.NS.HTML ||
      script.childNodes.length || script.attrs.length !== 1) {
    return 'no real script'
  }

  if (script.parentNode.nodeName !== 'head') return 'not in the head'

  const plain = parsed(bytes)

  if (document.mode !== plain.mode) {
    return `mode ${document.mode}, not ${plain.mode}`
  }

  const same = IGNORED.test(after) ? parsed(before + '<head>' + after) : plain

  if (whole(document) !== whole(same)) {
    return `the tree is\n    ${whole(document)}\n  not\n    ${whole(same)}`
  }
}

// -------------------------------------------------------------------- main

const [, , command, count = PAGES] = process.argv
const pages = Array.from({ length: count }, page)

const { stdout, status, stderr, error } = spawnSync(command, {
  input: pages.map(p => Buffer.from(p, 'latin1').toString('hex') + '\n')
    .join(''),
  maxBuffer: 1 << 28,
  encoding: 'latin1'
})

if (status !== 0) {
  console.log(`${command} failed: ${error ?? stderr}`)
  process.exit(1)
}

const places = stdout.split('\n').slice(0, -1)
const kinds = { place: 0, 'the end': 0, never: 0, 'cut off': 0 }

let failed = places.length === pages.length ? 0 : 1

pages.forEach((bytes, i) => {
  const place = places[i]
  const right = expected(bytes)
  let why

  if (place !== right) {
    why = `at ${place}, not ${right}`
  } else if (place === '-1') {
    kinds.never++
  } else if (place === 'end') {
    kinds['cut off']++
  } else {
    kinds[Number(place) === bytes.length ? 'the end' : 'place']++
    why = differs(bytes, Number(place))
  }

  if (why) {
    failed++
    if (failed <= 20) console.log(`${JSON.stringify(bytes)}: ${why}`)
  }
})

// a generator that makes only one kind of page proves nothing

for (const [kind, n] of Object.entries(kinds)) {
  console.log(`${kind}: ${n}`)
  if (n < pages.length / 200) failed++
}

console.log(`html: ${pages.length} pages, seed ${SEED}`)
console.log(`${pages.length - failed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
