import type { Path, Place } from "./places";
import { whyOf, type Contract, type Why } from "./whyStore";

/// One error of an answer, in words.
export interface Problem {
  path: Path;
  /// Where it stands in the operation, when nothing was executed; counted from zero.
  location: Place | null;
  code: string;
  message: string;
  /// What the directives in the way say, as they stand in the graph.
  rules: string[];
  /// What would do.
  remedy: string | null;
  coordinate: string | null;
  subgraph: string | null;
  traceId: string | null;
  /// What else became null because the value may not be, in words.
  taken: string | null;
  /// What only administrators read.
  why: Why | null;
}

/// A rule as the router says it (docs/authorization.md). Lists are alternatives, each of which has to be had in full.
interface Required {
  authenticated?: boolean;
  scopes?: string[][];
  policies?: string[][];
}

interface ReportedError {
  message?: string;
  path?: (string | number)[];
  locations?: { line: number; column: number }[];
  extensions?: { code?: string; coordinate?: string; required?: Required[]; subgraph?: string; traceId?: string; path?: string[] };
}

/// The problems that an answer tells of; none of a text that is no answer.
export function problemsOf(text: string): Problem[] {
  let answer: { errors?: unknown; data?: unknown } | null;
  try {
    answer = JSON.parse(text) as { errors?: unknown; data?: unknown } | null;
  } catch {
    return [];
  }
  const errors = answer?.errors;
  if (!Array.isArray(errors)) return [];
  const whys = whyOf(errors);
  return errors.map((error: ReportedError, index) => problemOf(error, answer?.data, whys[index] ?? null));
}

function problemOf({ message = "", path, locations, extensions = {} }: ReportedError, data: unknown, why: Why | null): Problem {
  const required = Array.isArray(extensions.required) ? extensions.required : [];
  return {
    path: path ?? extensions.path ?? [],
    location: locations?.[0] ? { line: locations[0].line - 1, ch: locations[0].column - 1 } : null,
    code: extensions.code ?? "ERROR",
    message,
    rules: [...required.map(directive), ...(why?.contract ? [contractRule(why.contract)] : [])],
    remedy: remedyOf(required) ?? (why?.contract ? contractRemedy(why.contract) : null) ?? usual[extensions.code ?? ""] ?? null,
    coordinate: extensions.coordinate ?? why?.contract?.coordinate ?? null,
    subgraph: extensions.subgraph ?? null,
    traceId: extensions.traceId ?? null,
    taken: path ? takenWith(path, data) : null,
    why,
  };
}

/// A field that may not be null takes what is around it with it, up to the first place that may be.
function takenWith(path: Path, data: unknown): string | null {
  let value = data;
  for (const [depth, segment] of path.entries()) {
    if (value === null || value === undefined) {
      const around = depth === 0 ? "the whole answer" : pathText(path.slice(0, depth));
      return `It may not be null, so that ${around} is.`;
    }
    value = (value as Record<string | number, unknown>)[segment];
  }
  return null;
}

/// The tags that keep something out of a contract, as they stand in the graph.
function contractRule({ name, tagged = [], tags }: Contract): string {
  const excluded = tagged.filter((tag) => tags?.exclude?.includes(tag));
  if (excluded.length > 0) return `${excluded.map((tag) => `@tag(name: ${JSON.stringify(tag)})`).join(" ")}, which the contract ${name} excludes`;
  const included = tags?.include ?? [];
  if (included.length > 0) return `without ${included.map((tag) => `@tag(name: ${JSON.stringify(tag)})`).join(" or ")}, which the contract ${name} includes`;
  return `is not in the contract ${name}`;
}

function contractRemedy({ seenWith = [] }: Contract): string {
  return seenWith.length === 0
    ? "For whoever asks here it does not exist."
    : `It does not exist for whoever has none of the scopes ${seenWith.join(", ")}.`;
}

const usual: Record<string, string> = {
  UNAUTHENTICATED: "Sign in.",
  SUBGRAPH_UNAVAILABLE: "The subgraph did not answer. Try again; its operators find the request by the trace id.",
  SUBGRAPH_TIMEOUT: "The subgraph took too long. Try again, or ask for less.",
  OPERATION_TIMEOUT: "The operation took too long as a whole. Ask for less at once.",
  INTERNAL: "A fault of the server. Its operators find it by the trace id.",
};

function directive({ scopes, policies }: Required): string {
  if (scopes) return `@requiresScopes(scopes: ${JSON.stringify(scopes)})`;
  if (policies) return `@policy(policies: ${JSON.stringify(policies)})`;
  return "@authenticated";
}

function remedyOf(required: Required[]): string | null {
  if (required.length === 0) return null;
  if (required.every(({ scopes, policies }) => !scopes && !policies)) return "Signing in is enough.";
  return `It takes ${required.map(remedy).join(", and ")}.`;
}

function remedy({ scopes, policies }: Required): string {
  if (scopes) return alternatives(scopes, "the scope", "the scopes");
  if (policies) return alternatives(policies, "the policy", "the policies");
  return "signing in";
}

function alternatives(lists: string[][], one: string, several: string): string {
  return lists.map((names) => `${names.length === 1 ? one : several} ${names.join(" and ")}`).join(", or ");
}

/// A path as people write one.
export function pathText(path: Path): string {
  if (path.length === 0) return "the whole operation";
  return path.map((segment, index) => (typeof segment === "number" ? `[${segment}]` : `${index === 0 ? "" : "."}${segment}`)).join("");
}

/// The path of a problem, or where it stands.
export function placeText({ path, location }: Problem): string {
  return path.length === 0 && location ? `line ${location.line + 1}, column ${location.ch + 1}` : pathText(path);
}

/// How many problems there are of which code.
export function summaryOf(problems: Problem[]): string {
  if (problems.length === 0) return "";
  const counts = new Map<string, number>();
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
  const codes = [...counts].map(([code, count]) => `${count} ${code}`).join(", ");
  return `${problems.length === 1 ? "1 problem" : `${problems.length} problems`}: ${codes}`;
}
