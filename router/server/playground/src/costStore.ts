import { parse, type ExecutionResult } from "graphql";
import { actingHeaders, registeredId } from "./actingStore";
import type { Cost } from "./runStore";
import { accessToken } from "./session";
import { settings } from "./settings";

/// What the router says that an operation may cost.
export type Foretold = { kind: "cost"; cost: Cost } | { kind: "problem"; problem: string } | { kind: "none" };

/// Asks what an operation may cost, which executes nothing. Nothing, when it was asked again in the meantime.
export async function requestCost(query: string, variables: string, operationName: string | null, signal: AbortSignal): Promise<Foretold | null> {
  const values = valuesOf(variables);
  if (!hasOperation(query)) return { kind: "none" };
  if (values === null) return { kind: "problem", problem: "The variables are not JSON." };
  const token = accessToken();
  const id = registeredId(query);
  try {
    const response = await fetch(settings.endpoint, {
      method: "POST",
      signal,
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json",
        "x-cost": "only",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...actingHeaders(),
      },
      body: JSON.stringify({ ...(id ? { id } : { query }), variables: values, ...(operationName ? { operationName } : {}) }),
    });
    const reply = (await response.json()) as ExecutionResult;
    const cost = (reply.extensions as { cost?: Cost } | undefined)?.cost;
    if (cost) return { kind: "cost", cost };
    return { kind: "problem", problem: reply.errors?.[0]?.message ?? `The cost is not told (status ${response.status}).` };
  } catch {
    return signal.aborted ? null : { kind: "problem", problem: "The router does not answer. Is it still running?" };
  }
}

/// Whether the text is a document that can be executed, while it is being written.
function hasOperation(query: string): boolean {
  try {
    return parse(query).definitions.some((definition) => definition.kind === "OperationDefinition");
  } catch {
    return false;
  }
}

function valuesOf(variables: string): Record<string, unknown> | null {
  if (!variables.trim()) return {};
  try {
    return JSON.parse(variables) as Record<string, unknown>;
  } catch {
    return null;
  }
}
