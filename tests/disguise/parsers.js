// What Node's cookie parsers make of Cookie headers, one "NAME HEX" a line.
// For each: a JSON object of parser to value, as UTF-8 in hexadecimal.

'use strict'

const Cookies = require('cookies')
const Statehood = require('@hapi/statehood')

const parsers = {}

async function load () {
  for (const version of ['0.3', '0.4', '0.7', '1', '2']) {
    const cookie = await import(`cookie-${version}`)
    const parse = cookie.parseCookie || cookie.parse || cookie.default.parse

    parsers[`cookie ${version}`] = (name, header) => parse(header)[name]
  }
}

parsers.cookies = (name, header) =>
  new Cookies({ headers: { cookie: header } }, {}).get(name)

const hapi = new Statehood.Definitions({ strictHeader: false })

parsers.hapi = async (name, header) => {
  const value = (await hapi.parse(header)).states[name]
  return Array.isArray(value) ? value[0] : value
}

async function main () {
  await load()

  const lines = require('fs').readFileSync(0, 'latin1').split('\n')

  for (const line of lines.slice(0, -1)) {
    const [name, hex] = line.split(' ')
    const header = Buffer.from(hex, 'hex').toString('latin1')
    const found = {}

    for (const parser of Object.keys(parsers)) {
      let value

      try {
        value = await parsers[parser](name, header)
      } catch (error) {
        // the backend answers 400: it took nothing
      }

      if (typeof value === 'string') {
        found[parser] = Buffer.from(value).toString('hex')
      }
    }

    process.stdout.write(JSON.stringify(found) + '\n')
  }

  process.stdout.write(JSON.stringify(Object.keys(parsers)) + '\n')
}

main()
