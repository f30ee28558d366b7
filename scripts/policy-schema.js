// The policy file's JSON Schema: the schema that boots are checked by, with what the documented types say of each option.
import { readFileSync } from 'node:fs'

import ts from 'typescript'

const types = new URL('../lib/options/types.ts', import.meta.url)

/** The JSON Schema of a policy, from `CorsPolicySchema`. A file of policies by name has that of `#/definitions/policies`. */
export function policySchema ({ properties, ...rest }) {
  const documented = documentedOptions()
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'CORS policy of fastify-route-cors',
    description: 'What pages of other origins may do, as app.register(cors, …), its policies and the config.cors of a route take it.',
    ...plain(rest),
    properties: {
      $schema: { type: 'string', title: 'The schema of this file' },
      ...Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, { ...documented.get(name), ...plain(schema) }]))
    },
    definitions: {
      policies: {
        title: 'CORS policies by name',
        description: 'What the option policies of app.register(cors, …) takes.',
        type: 'object',
        properties: { $schema: { type: 'string', title: 'The schema of this file' } },
        additionalProperties: { $ref: '#' }
      }
    }
  }
}

/** Without the symbols of TypeBox. */
function plain (schema) {
  return JSON.parse(JSON.stringify(schema))
}

/** What the comments of `PolicyOptions` say: the first sentence is the title. */
function documentedOptions () {
  const source = ts.createSourceFile('types.ts', readFileSync(types, 'utf8'), ts.ScriptTarget.Latest, true)
  const options = source.statements.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === 'PolicyOptions')
  return new Map(options.members.map((member) => [member.name.text, documentation(member)]))
}

function documentation (member) {
  const [comment] = ts.getJSDocCommentsAndTags(member)
  const description = textOf(comment)
  const tags = (name) => ts.getJSDocTags(member).filter(({ tagName }) => tagName.text === name).map(textOf)
  const [, value] = /^('[^']*'|true|false|\d+):/.exec(tags('default')[0]) ?? []
  return {
    title: /^.*?(?=\.(?:\s|$)|[:;] )/s.exec(description)[0],
    description: `${description} Default: ${tags('default')[0]}.`,
    examples: tags('example').map((text) => JSON.parse(text)),
    ...(value !== undefined && { default: JSON.parse(value.replaceAll("'", '"')) })
  }
}

/** In one line each paragraph. */
function textOf ({ comment }) {
  return ts.getTextOfJSDocComment(comment)
    .replace(/\{@link (?:PolicyOptions\.)?(\w+)\}/g, '`$1`')
    .split('\n\n').map((paragraph) => paragraph.replace(/\s*\n\s*/g, ' ')).join('\n\n')
}
