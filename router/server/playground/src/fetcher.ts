import type { Fetcher } from "@graphiql/toolkit";
import { replies } from "./events";
import { accessToken, endSession } from "./session";
import { settings } from "./settings";

/// Sends an operation with the viewer's token. The schema is public and is fetched without it, so that an expired token
/// never costs the documentation. A subscription is answered by a stream of replies.
export const fetcher: Fetcher = async (operation, options) => {
  const token = operation.operationName === "IntrospectionQuery" ? null : accessToken();
  const response = await fetch(settings.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9, text/event-stream;q=0.8",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...options?.headers,
    },
    body: JSON.stringify(operation),
  });
  if (response.body && response.headers.get("content-type")?.startsWith("text/event-stream")) {
    return replies(response.body);
  }
  const body = await response.json().catch(() => ({
    errors: [{ message: `The reply is not JSON (status ${response.status}).` }],
  }));
  if (response.status === 401 && token) {
    endSession(`${body.errors?.[0]?.message ?? "The router refused the token."} Sign in again.`);
  }
  return body;
};
