import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import t from 'tap'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FILE = `${ROOT}types/test/messages.ts`
const MARK = '// @ts-expect-error '

t.test('the messages of TypeScript name the option', async (t) => {
  const text = await readFile(FILE, 'utf8')
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile).config, ts.sys, ROOT)
  const host = ts.createCompilerHost(options)
  const { getSourceFile } = host
  host.getSourceFile = (name, ...rest) => name === FILE
    ? ts.createSourceFile(name, text.replaceAll(MARK, '// '), ts.ScriptTarget.Latest, true)
    : getSourceFile.call(host, name, ...rest)
  const program = ts.createProgram([FILE], options, host)
  const source = program.getSourceFile(FILE) as ts.SourceFile
  const said = new Map<number, string>()
  for (const { start, messageText } of program.getSemanticDiagnostics(source)) {
    const { line } = source.getLineAndCharacterOfPosition(start as number)
    said.set(line, `${said.get(line) ?? ''}${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
  }
  const lines = text.split('\n')
  const expected = lines.flatMap((line, index) => line.startsWith(MARK) ? [[index + 1, line.slice(MARK.length)] as const] : [])
  for (const [line, words] of expected) t.ok(said.get(line)?.includes(words), `${lines[line]}: ${words}`)
  t.strictSame([...said.keys()].sort((a, b) => a - b), expected.map(([line]) => line))
})
