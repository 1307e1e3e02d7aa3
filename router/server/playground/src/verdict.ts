/// What became of a fetch, as the router tells it (`caching/verdicts.rs`).
export interface Verdict {
  verdict: "hit" | "partly" | "miss" | "not kept" | "outdated" | "errors" | "failed";
  /// The objects that were asked for; 0 for a fetch at the root.
  entities: number;
  /// Those of them that were kept.
  kept: number;
  /// Of the oldest of them.
  ageSeconds?: number;
  /// Somebody else was asking the same, and both got the one answer.
  joined?: boolean;
  /// Why the answer is not kept.
  reason?: "mutation" | "off" | "graph" | "subgraph" | "private";
}

const reasons: Record<NonNullable<Verdict["reason"]>, string> = {
  mutation: "it changes something",
  off: "the router keeps no answers",
  graph: "the graph says so with @cacheControl",
  subgraph: "the subgraph's Cache-Control does not allow it",
  private: "it is private, and nobody is signed in",
};

/// In a word, for a mark beside the fetch.
export function verdictMark({ verdict, entities, kept }: Verdict): string {
  if (verdict === "partly") return `${kept} of ${entities} kept`;
  return { hit: "kept", miss: "missed", "not kept": "not kept", outdated: "outdated", errors: "errors", failed: "failed" }[verdict];
}

/// In a sentence.
export function verdictSentence(told: Verdict): string {
  const { verdict, entities, kept, joined, reason } = told;
  const oldest = ageOf(told.ageSeconds);
  const asked = joined ? "It was asked together with another request" : "The subgraph was asked";
  switch (verdict) {
    case "hit":
      return `Found among what is kept${oldest && `, ${oldest} old`}; the subgraph was not asked.`;
    case "partly":
      return `${kept} of ${entities} objects were kept${oldest && `, the oldest for ${oldest}`}; ${joined ? "the others were asked for together with another request" : "the subgraph was asked for the others"}.`;
    case "miss":
      return `${asked}; the answer is kept from now on.`;
    case "not kept":
      return `${asked}, and the answer is not kept: ${reason ? reasons[reason] : "nobody allows it"}.`;
    case "outdated":
      return `The subgraph failed; ${kept === 1 ? "an answer" : `${kept} answers`} that had been kept stood in${oldest && `, the oldest for ${oldest}`}.`;
    case "errors":
      return `${asked}, and answered with errors, which are not kept.`;
    case "failed":
      return "The subgraph failed, and nothing that was kept could stand in.";
  }
}

/// The whole reply was kept.
export function replySentence({ ageSeconds }: { ageSeconds: number }): string {
  return `The whole reply was kept, for ${ageOf(ageSeconds)}: nothing of this plan was fetched.`;
}

function ageOf(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  if (seconds < 120) return `${seconds} second${seconds === 1 ? "" : "s"}`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} minutes` : `${Math.floor(seconds / 3600)} hours`;
}
