/** Find what a page says by itself: a reader's text stands in words/, in both languages, or nowhere. */

import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDERS = process.argv.length > 2 ? process.argv.slice(2) : ["citizen", "shared"].map((name) => join(root, name));
/** Attributes that are read out or shown. */
const TOLD = new Set(["alt", "aria-description", "aria-label", "aria-roledescription", "label", "placeholder", "title"]);
const NAMES = new Set(["Antrean"]);

for (const folder of FOLDERS) {
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.endsWith(".tsx")) await lint(join(folder, name));
  }
}

async function lint(path) {
  const source = ts.createSourceFile(path, await readFile(path, "utf8"), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  look(source, false);

  function look(node, isShown) {
    if (ts.isJsxText(node)) complain(node, node.text);
    if (isShown && ts.isStringLiteralLike(node)) complain(node, node.text);
    if (isShown && ts.isTemplateExpression(node)) {
      complain(node, [node.head, ...node.templateSpans.map((span) => span.literal)].map((part) => part.text).join(" "));
    }
    node.forEachChild((child) => look(child, isTold(node, child, isShown)));
  }

  function complain(node, text) {
    const said = text.replace(/\s+/g, " ").trim();
    if (!/\p{L}/u.test(said) || NAMES.has(said)) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    console.log(`${relative(root, path)}:${line + 1}: ${said}`);
    process.exitCode = 1;
  }
}

/** Whether what stands in a node is shown to a reader: not what a call is given, nor what is compared. */
function isTold(node, child, isShown) {
  if (ts.isJsxExpression(node)) return ts.isJsxAttribute(node.parent) ? isShown : true;
  if (ts.isJsxAttribute(node)) return TOLD.has(node.name.getText()) && child !== node.name;
  if (ts.isConditionalExpression(node)) return isShown && child !== node.condition;
  if (ts.isBinaryExpression(node)) {
    const joins = [ts.SyntaxKind.PlusToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken];
    if (node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) return isShown && child === node.right;
    return isShown && joins.includes(node.operatorToken.kind);
  }
  return isShown && (ts.isParenthesizedExpression(node) || ts.isTemplateExpression(node) && !ts.isTemplateSpan(child));
}
