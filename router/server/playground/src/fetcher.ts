import type { Fetcher } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { replies } from "./events";
import { isPlanWatched, keepPlan, takePlan } from "./planStore";
import { accessToken, endSession } from "./session";
import { settings } from "./settings";

/// Sends an operation with the viewer's token; the schema as well is fetched with it, since some viewers see more of the
/// graph than others. A token that is refused ends the session, and the schema is then fetched anew without one. A
/// subscription is answered by a stream of replies.
export const fetcher: Fetcher = async (operation, options) => {
  const token = accessToken();
  const isIntrospection = operation.operationName === "IntrospectionQuery";
  const asksPlan = token !== null && !isIntrospection && isPlanWatched();
  const response = await fetch(settings.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9, text/event-stream;q=0.8",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(asksPlan ? { "x-lyceum-plan": "1" } : {}),
      ...options?.headers,
    },
    body: JSON.stringify(operation),
  });
  if (response.body && response.headers.get("content-type")?.startsWith("text/event-stream")) {
    return replies(response.body);
  }
  const body: ExecutionResult = await response.json().catch(() => ({
    errors: [{ message: `The reply is not JSON (status ${response.status}).` }],
  }));
  if (response.status === 401 && token) {
    endSession(`${body.errors?.[0]?.message ?? "The router refused the token."} Sign in again.`);
  }
  if (asksPlan) keepPlan(takePlan(body), operation.query);
  return body;
};
