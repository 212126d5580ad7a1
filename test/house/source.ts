// Reads a source file the way the house rules need it: its lines, what it imports, and how.
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import ts from 'typescript'

/** `static` runs when the file loads, `type` is erased, `dynamic` waits for its call. */
export type ImportKind = 'static' | 'type' | 'dynamic'

/** One mention of another module. `target` is the file meant, from the root of src, for relative ones. */
export interface SourceImport {
  readonly specifier: string
  readonly kind: ImportKind
  readonly line: number
  readonly target: string | undefined
}

/** A source file, its path counted from the root of src with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly lines: readonly string[]
  readonly imports: readonly SourceImport[]
  /** Lines that hand on what another file exports. */
  readonly reExports: readonly number[]
  readonly starExports: readonly number[]
  readonly anyTypes: readonly number[]
}

/** Parses one file. */
export function readSource(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: SourceImport[] = []
  const reExports: number[] = []
  const starExports: number[] = []
  const anyTypes: number[] = []
  const importedNames = new Set<string>()
  const lineOf = (node: ts.Node) => tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
  const note = (kind: ImportKind, node: ts.Node, specifier: ts.Node | undefined) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    imports.push({
      specifier: specifier.text,
      kind,
      line: lineOf(node),
      target: resolve(path, specifier.text),
    })
  }

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      // `import { type A }` is not erased: it still loads the module.
      note(node.importClause?.isTypeOnly ? 'type' : 'static', node, node.moduleSpecifier)
      for (const name of namesOf(node.importClause)) importedNames.add(name)
    } else if (ts.isExportDeclaration(node)) {
      if (node.exportClause === undefined || ts.isNamespaceExport(node.exportClause))
        starExports.push(lineOf(node))
      if (node.moduleSpecifier !== undefined) {
        note(node.isTypeOnly ? 'type' : 'static', node, node.moduleSpecifier)
        reExports.push(lineOf(node))
      } else if (node.exportClause !== undefined && ts.isNamedExports(node.exportClause)) {
        const names = node.exportClause.elements.map((element) => (element.propertyName ?? element.name).text)
        if (names.some((name) => importedNames.has(name))) reExports.push(lineOf(node))
      }
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      note('dynamic', node, node.arguments[0])
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      note('type', node, node.argument.literal)
    } else if (node.kind === ts.SyntaxKind.AnyKeyword) {
      anyTypes.push(lineOf(node))
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)

  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  return { path, lines, imports, reExports, starExports, anyTypes }
}

/** Whether a specifier means a module of Node itself, with or without the `node:` prefix. */
export function isNodeModule(specifier: string): boolean {
  return isBuiltin(specifier)
}

function namesOf(clause: ts.ImportClause | undefined): string[] {
  if (clause === undefined) return []
  const names = clause.name === undefined ? [] : [clause.name.text]
  const bindings = clause.namedBindings
  if (bindings === undefined) return names
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name.text]
  return [...names, ...bindings.elements.map((element) => element.name.text)]
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\.js$/, '.ts')
}
