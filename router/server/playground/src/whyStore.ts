import type { ExecutionResult } from "graphql";

/// What the router tells administrators of an error beside what clients read (`extensions.why`).
export interface Why {
  masked?: { message: string; code: string; detail?: string };
  policies?: Record<string, unknown>;
  contract?: Contract;
}

export interface Contract {
  name: string;
  tags?: { include?: string[]; exclude?: string[] };
  /// Whoever has one of these scopes sees the whole graph.
  seenWith?: string[];
  coordinate?: string;
  tagged?: string[];
}

/// More answers than there are tabs.
const answersMax = 50;
const answers = new Map<string, (Why | null)[]>();

/// Takes what is not for clients out of a reply, so that the result shows what any client is answered.
export function takeWhy(reply: ExecutionResult): void {
  const errors = (reply.errors ?? []) as unknown as { extensions?: { why?: Why } }[];
  if (errors.length === 0) return;
  const whys = errors.map(({ extensions }) => {
    const why = extensions?.why ?? null;
    if (extensions) delete extensions.why;
    return why;
  });
  answers.set(JSON.stringify(errors), whys);
  if (answers.size > answersMax) answers.delete(answers.keys().next().value ?? "");
}

/// What was told of these errors, as the result shows them.
export function whyOf(errors: unknown): (Why | null)[] {
  return answers.get(JSON.stringify(errors)) ?? [];
}
