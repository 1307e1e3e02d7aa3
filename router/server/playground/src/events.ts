import type { ExecutionResult } from "graphql";

/// The replies of a stream of server-sent events, while they come. Ending the iteration ends the subscription.
export async function* replies(body: ReadableStream<Uint8Array>): AsyncGenerator<ExecutionResult> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error("The stream broke off; run the operation again.");
      const events = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        if (event.startsWith("event: complete")) return;
        const data = event.match(/^data: (.*)$/m)?.[1];
        if (data) yield JSON.parse(data) as ExecutionResult;
      }
    }
  } finally {
    await reader.cancel();
  }
}
