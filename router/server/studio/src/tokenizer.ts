/// GraphQL and SQL in tokens, for colour; whatever stands there, the tokens together are the text.

export type TokenKind = "keyword" | "type" | "field" | "argument" | "variable" | "directive" | "text" | "number" | "comment" | "punctuation" | "space" | "other";

export interface Token {
  kind: TokenKind;
  text: string;
}

const GRAPHQL = /("""[\s\S]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?)|(#[^\n]*)|(\$\w+)|(@\w+)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\.\.\.|[{}()[\]:!=|&,])|(\s+)|([\s\S])/g;
const OPERATIONS = new Set(["query", "mutation", "subscription", "fragment", "on", "true", "false", "null"]);
const DEFINITIONS = new Set(["type", "interface", "union", "enum", "input", "scalar", "directive", "schema", "extend", "implements", "repeatable"]);

/// An operation, or a schema.
export function graphql(text: string): Token[] {
  const tokens: Token[] = [];
  let parentheses = 0;
  let braces = 0;
  let previous = "";
  let before = "";
  for (const [whole, string, comment, variable, directive, number, name, punctuation, space] of text.matchAll(GRAPHQL)) {
    let kind: TokenKind = "other";
    if (string !== undefined) kind = "text";
    else if (comment !== undefined) kind = "comment";
    else if (variable !== undefined) kind = "variable";
    else if (directive !== undefined) kind = "directive";
    else if (number !== undefined) kind = "number";
    else if (space !== undefined) kind = "space";
    else if (punctuation !== undefined) {
      kind = "punctuation";
      if (whole === "(") parentheses += 1;
      if (whole === ")") parentheses -= 1;
      if (whole === "{") braces += 1;
      if (whole === "}") braces -= 1;
    } else if (name !== undefined) {
      const isValue = previous === ":" || previous === "[" || previous === "=" || previous === "|" || previous === "&";
      if (previous === "on" || (braces === 0 && DEFINITIONS.has(previous))) kind = "type";
      else if (OPERATIONS.has(whole) && (braces === 0 || whole === "on" ? previous !== "@" && (whole !== "on" || before === "..." || previous === "...") || braces === 0 : previous === ":" || previous === "=" || previous === "[" || previous === ",")) kind = "keyword";
      else if (DEFINITIONS.has(whole) && braces === 0 && parentheses === 0) kind = "keyword";
      else if (isValue) kind = /^[A-Z]/.test(whole) ? "type" : "field";
      else if (parentheses > 0) kind = "argument";
      else kind = OPERATIONS.has(previous) ? "type" : "field";
    }
    tokens.push({ kind, text: whole });
    if (kind !== "space" && kind !== "comment") {
      before = previous;
      previous = whole;
    }
  }
  return tokens;
}

const SQL = /('(?:[^']|'')*'?)|(--[^\n]*)|(\$\d+|\?\d*)|("(?:[^"]|"")*"?)|(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(::|<=|>=|<>|!=|\|\||[(),.;=<>+*/%\-[\]])|(\s+)|([\s\S])/g;
const WORDS = new Set(
  ("select from where and or not in is null as on join left right inner outer full cross lateral group by order having limit offset insert into values update set delete returning with recursive union all " +
  "distinct case when then else end exists between like ilike any over partition conflict do nothing asc desc nulls first last for share skip locked true false using create table index").split(" "),
);
const BREAKS = new Set(["from", "where", "group", "order", "having", "limit", "offset", "values", "set", "returning", "union", "left", "right", "inner", "join", "cross"]);
const INDENTED = new Set(["and", "or", "on"]);

/// A statement, on as many lines as it has clauses.
export function sql(text: string): Token[] {
  const tokens: Token[] = [];
  const opened: boolean[] = [];
  let depth = 0;
  let previous = "";
  const line = (indent: number) => {
    if (tokens[tokens.length - 1]?.kind === "space") tokens.pop();
    tokens.push({ kind: "space", text: `\n${"  ".repeat(Math.max(0, indent))}` });
  };
  for (const [whole, string, comment, variable, quoted, number, name, punctuation, space] of text.trim().matchAll(SQL)) {
    const word = name?.toLowerCase() ?? "";
    if (space !== undefined) {
      if (tokens[tokens.length - 1]?.kind !== "space") tokens.push({ kind: "space", text: " " });
      continue;
    }
    const isKeyword = WORDS.has(word);
    if (isKeyword && BREAKS.has(word) && tokens.length > 0 && !(word === "join" && ["left", "right", "inner", "cross", "outer"].includes(previous)) && !(word === "set" && previous === "do") && !(word === "order" && opened.at(-1) === false) && !(word === "from" && opened.at(-1) === false)) line(depth);
    else if (isKeyword && word === "select" && previous === "(") line(depth);
    else if (isKeyword && word === "select" && previous === ")") line(depth);
    else if (isKeyword && INDENTED.has(word) && opened.at(-1) !== false && tokens.length > 0 && !(word === "on" && previous === "distinct")) line(depth + 1);
    if (whole === "(") opened.push(false);
    if (isKeyword && word === "select" && previous === "(") {
      opened[opened.length - 1] = true;
      depth += 1;
      line(depth);
    }
    if (whole === ")") {
      if (opened.pop() === true) {
        depth -= 1;
        line(depth);
      }
    }
    let kind: TokenKind = "other";
    if (string !== undefined) kind = "text";
    else if (comment !== undefined) kind = "comment";
    else if (variable !== undefined) kind = "variable";
    else if (quoted !== undefined) kind = "field";
    else if (number !== undefined) kind = "number";
    else if (isKeyword) kind = "keyword";
    else if (name !== undefined) kind = "field";
    else if (punctuation !== undefined) kind = "punctuation";
    tokens.push({ kind, text: whole });
    previous = word || whole;
  }
  return tokens;
}

/// An operation that came on one line, with its lines and indents; one that has lines already stays as it is.
export function laidOut(text: string): string {
  if (text.trim().includes("\n")) return text;
  let depth = 0;
  let parentheses = 0;
  let out = "";
  const line = () => {
    out = `${out.trimEnd()}\n${"  ".repeat(depth)}`;
  };
  for (const { kind, text: token } of graphql(text.trim())) {
    if (token === "(" || token === "[") parentheses += 1;
    if (token === ")" || token === "]") parentheses -= 1;
    if (parentheses > 0 || (token !== "{" && token !== "}" && kind !== "space")) {
      out += token;
    } else if (token === "{") {
      depth += 1;
      out = `${out.trimEnd()} {`;
      line();
    } else if (token === "}") {
      depth -= 1;
      line();
      out += "}";
      line();
    } else if (!/\s$/.test(out)) {
      out += " ";
    }
  }
  return separated(out).trim();
}

/// Fields that stand side by side on a line come below each other.
function separated(text: string): string {
  return text.split("\n").filter((line) => line.trim() !== "").flatMap((line) => {
    const indent = /^ */.exec(line)![0];
    if (/^\s*(query|mutation|subscription|fragment)\b/.test(line)) return [line];
    const parts = line.trim().match(/(?:\.\.\.\s*on\s+\w+|\.\.\.\s*\w+|\w+\s*:\s*\w+|[^\s(@]+)(?:\s*\((?:[^()]|\([^()]*\))*\))?(?:\s*@\w+(?:\([^)]*\))?)*(?:\s*\{$)?/g) ?? [line.trim()];
    return parts.map((part) => indent + part);
  }).join("\n");
}
