import type { Path } from "./places";

/// One error of an answer, in words.
export interface Problem {
  path: Path;
  code: string;
  message: string;
  /// What the directives in the way say, as they stand in the graph.
  rules: string[];
  /// What would do.
  remedy: string | null;
  coordinate: string | null;
  subgraph: string | null;
  traceId: string | null;
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
  extensions?: { code?: string; coordinate?: string; required?: Required[]; subgraph?: string; traceId?: string; path?: string[] };
}

/// The problems that an answer tells of; none of a text that is no answer.
export function problemsOf(text: string): Problem[] {
  let errors: unknown;
  try {
    errors = (JSON.parse(text) as { errors?: unknown } | null)?.errors;
  } catch {
    return [];
  }
  return Array.isArray(errors) ? errors.map((error: ReportedError) => problemOf(error)) : [];
}

function problemOf({ message = "", path, extensions = {} }: ReportedError): Problem {
  const required = Array.isArray(extensions.required) ? extensions.required : [];
  return {
    path: path ?? extensions.path ?? [],
    code: extensions.code ?? "ERROR",
    message,
    rules: required.map(directive),
    remedy: remedyOf(required) ?? usual[extensions.code ?? ""] ?? null,
    coordinate: extensions.coordinate ?? null,
    subgraph: extensions.subgraph ?? null,
    traceId: extensions.traceId ?? null,
  };
}

const usual: Record<string, string> = {
  UNAUTHENTICATED: "Sign in.",
  SUBGRAPH_UNAVAILABLE: "The subgraph did not answer. Try again; its operators find the request by the trace id.",
  SUBGRAPH_TIMEOUT: "The subgraph took too long. Try again, or ask for less.",
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

/// How many problems there are of which code.
export function summaryOf(problems: Problem[]): string {
  if (problems.length === 0) return "";
  const counts = new Map<string, number>();
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
  const codes = [...counts].map(([code, count]) => `${count} ${code}`).join(", ");
  return `${problems.length === 1 ? "1 problem" : `${problems.length} problems`}: ${codes}`;
}
