import type { Fetcher } from "@graphiql/toolkit";
import { buildSchema, introspectionFromSchema, type ExecutionResult } from "graphql";
import { acting, actingHeaders, actingText, fetchSchemaText, registeredId } from "./actingStore";
import { replies } from "./events";
import { remember } from "./historyStore";
import { isPlanWatched, keepPlan, takePlan } from "./planStore";
import { keepRun, type Cost, type RanAs } from "./runStore";
import { accessToken, endSession } from "./session";
import { settings } from "./settings";
import { takeWhy } from "./whyStore";

/// Sends an operation with the viewer's token, as whomever they have chosen; the schema as well is fetched like that, since
/// some viewers see more of the graph than others. A token that is refused ends the session, and the schema is then fetched
/// anew without one. A subscription is answered by a stream of replies.
export const fetcher: Fetcher = async (operation, options) => {
  const token = accessToken();
  const isIntrospection = operation.operationName === "IntrospectionQuery";
  if (isIntrospection && token && acting().kind === "client") {
    return { data: introspectionFromSchema(buildSchema(await fetchSchemaText(), { assumeValid: true })) as unknown as Record<string, unknown> };
  }
  const asksPlan = token !== null && !isIntrospection && isPlanWatched();
  const id = isIntrospection ? null : registeredId(operation.query);
  const { query, ...rest } = operation;
  const begin = performance.now();
  const response = await fetch(settings.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9, text/event-stream;q=0.8",
      ...(token ? { authorization: `Bearer ${token}`, "x-lyceum-why": "1" } : {}),
      ...(isIntrospection ? {} : { "x-cost": "1" }),
      ...(asksPlan ? { "x-lyceum-plan": "1" } : {}),
      ...actingHeaders(),
      ...options?.headers,
    },
    body: JSON.stringify(id ? { id, ...rest } : operation),
  });
  if (response.body && response.headers.get("content-type")?.startsWith("text/event-stream")) {
    remember({ ...asTyped(operation), outcome: "stream", problems: 0, milliseconds: performance.now() - begin, as: actingName(), cost: null });
    return replies(response.body);
  }
  const text = await response.text();
  const milliseconds = performance.now() - begin;
  const body = parsed(text, response.status);
  // Who is run as another may be told to sign in while the administrator's own token is sound.
  const isTokenRefused = acting().kind === "self" || response.headers.get("www-authenticate")?.includes("invalid_token");
  if (response.status === 401 && token && isTokenRefused) {
    endSession(`${body.errors?.[0]?.message ?? "The router refused the token."} Sign in again.`);
  }
  if (asksPlan) keepPlan(takePlan(body), operation.query);
  takeWhy(body);
  if (!isIntrospection) {
    const cost = taken<Cost>(body, "cost");
    const as = taken<RanAs>(body, "as");
    keepRun({ status: response.status, milliseconds, bytes: new TextEncoder().encode(text).length, cost, as, asked: actingName() }, response.headers);
    const problems = body.errors?.length ?? 0;
    const outcome = problems === 0 ? "answered" : "data" in body ? "partial" : "refused";
    remember({ ...asTyped(operation), outcome, problems, milliseconds, as: actingName(), cost: cost?.actual ?? null });
  }
  return body;
};

function parsed(text: string, status: number): ExecutionResult {
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    return { errors: [{ message: `The reply is not JSON (status ${status}).` }] } as unknown as ExecutionResult;
  }
}

/// Takes an extension that only this page asks for out of a reply.
function taken<T>(reply: ExecutionResult, name: string): T | null {
  const extensions = reply.extensions as Record<string, unknown> | undefined;
  if (!extensions || !(name in extensions)) return null;
  const value = extensions[name] as T;
  delete extensions[name];
  if (Object.keys(extensions).length === 0) delete (reply as { extensions?: unknown }).extensions;
  return value;
}

function asTyped({ query, variables, operationName }: { query: string; variables?: unknown; operationName?: string | null }) {
  const has = variables && Object.keys(variables).length > 0;
  return { query, variables: has ? JSON.stringify(variables, null, 2) : "", name: operationName ?? null };
}

function actingName(): string | null {
  return acting().kind === "self" ? null : actingText(acting());
}
