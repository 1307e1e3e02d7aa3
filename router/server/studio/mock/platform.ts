/// The platform that the development server makes up: its subgraphs, clients and operations.

import { readdirSync, readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import type { OperationKind } from "../src/model.ts";

const GRAPH = new URL("../../../../docs/graph/", import.meta.url);

export const SUBGRAPHS = [
  "activity", "discovery", "enrollment", "identity", "learning", "media", "mentoring", "playback", "reviews", "rewards", "screen",
] as const;
export type Name = (typeof SUBGRAPHS)[number];

/// The middle of how long a fetch takes, and how often one fails.
export const CHARACTER: Record<Name, { middleMs: number; failing: number; tables: string[]; capacity: number }> = {
  activity: { middleMs: 5.5, failing: 0.0006, tables: ["walks", "step_days", "weather_boosts"], capacity: 64 },
  discovery: { middleMs: 9.5, failing: 0.001, tables: ["search_documents", "home_sections", "trending"], capacity: 64 },
  enrollment: { middleMs: 6, failing: 0.001, tables: ["enrollments", "orders", "memberships", "coupons"], capacity: 64 },
  identity: { middleMs: 3.2, failing: 0.0003, tables: ["users", "profiles", "sessions", "companies"], capacity: 96 },
  learning: { middleMs: 7, failing: 0.0008, tables: ["courses", "sections", "lessons", "categories"], capacity: 96 },
  media: { middleMs: 14, failing: 0.006, tables: ["assets", "renditions", "stream_grants"], capacity: 48 },
  mentoring: { middleMs: 8, failing: 0.001, tables: ["mentors", "chats", "messages", "applications"], capacity: 64 },
  playback: { middleMs: 4.5, failing: 0.0007, tables: ["positions", "sessions", "completions"], capacity: 96 },
  reviews: { middleMs: 10, failing: 0.002, tables: ["reviews", "rating_summaries", "critic_points", "reactions"], capacity: 64 },
  rewards: { middleMs: 5, failing: 0.001, tables: ["wallets", "point_entries", "claims"], capacity: 64 },
  screen: { middleMs: 8.5, failing: 0.001, tables: ["dramas", "episodes", "movies", "credits", "open_matches"], capacity: 64 },
};

export const CLIENTS = [
  { name: "web", weight: 44 }, { name: "ios", weight: 26 }, { name: "android", weight: 19 }, { name: "tv", weight: 5 },
  { name: "partner_demo", weight: 3 }, { name: "kiosk", weight: 2 }, { name: "internal-reports", weight: 1 },
];

export interface Operation {
  hash: string;
  name: string;
  kind: OperationKind;
  text: string;
  /// Which subgraphs are asked, in rounds; each fetch depends on one of the round before.
  rounds: Name[][];
  weight: number;
  cacheShare: number;
  cost: number;
}

/// Name, rounds of fetches, requests in comparison with others, share answered from what is kept.
const LISTED = `
HomeFeed            | identity discovery; learning screen activity rewards reviews enrollment; playback | 90 | 0.34
CoursePage          | learning; reviews identity enrollment; playback media                              | 70 | 0.52
LearnerDashboard    | enrollment identity; learning playback; rewards                                    | 46 | 0.05
Enroll              | enrollment; learning identity                                                      | 4  | 0
PlayLesson          | learning; playback media enrollment                                                | 38 | 0
RecordPlayback      | playback                                                                           | 120| 0
ResumeElsewhere     | playback; learning                                                                 | 3  | 0
AllDramas           | screen; media reviews                                                              | 34 | 0.61
DramaPage           | screen; screen identity reviews; playback media                                    | 44 | 0.22
MovieChart          | screen; reviews                                                                    | 28 | 0.83
MoviePage           | screen; reviews identity; discovery                                                | 30 | 0.47
React               | reviews                                                                            | 14 | 0
WriteReview         | reviews; identity screen                                                           | 5  | 0
CriticLadder        | reviews; identity                                                                  | 9  | 0.74
WatchlistBoard      | screen identity; reviews playback                                                  | 11 | 0.08
FindMentors         | mentoring; identity learning; reviews                                              | 16 | 0.41
MentorProfile       | mentoring; identity; learning reviews                                              | 12 | 0.38
ChatPage            | mentoring; identity                                                                | 22 | 0
SendMessage         | mentoring; identity                                                                | 13 | 0
OnMessage           | mentoring; identity                                                                | 2  | 0
AdminMentorQueue    | mentoring; identity media                                                          | 1  | 0
WalkBoard           | activity; identity rewards                                                         | 25 | 0.15
RecordSteps         | activity; rewards                                                                  | 52 | 0
ClaimReward         | rewards; activity identity                                                         | 6  | 0
GlobalSearch        | discovery; learning screen mentoring identity; reviews media                       | 33 | 0.19
NodeBatch           | learning screen identity mentoring; reviews                                        | 8  | 0.26
WideFanout          | learning; reviews enrollment identity mentoring; activity reviews identity; rewards media | 3 | 0.02
PartnerCatalog      | learning; reviews                                                                  | 7  | 0.91
PartnerMovieChart   | screen; reviews                                                                    | 5  | 0.93
PartnerLeaderboard  | reviews; identity                                                                  | 3  | 0.88
PartnerCritic       | reviews; identity screen                                                           | 2  | 0.72
PartnerTrending     | discovery; learning screen                                                         | 4  | 0.9
Viewer              | identity                                                                           | 64 | 0
Wallet              | rewards; activity                                                                  | 21 | 0
PointHistory        | rewards; learning screen                                                           | 7  | 0
ContinueWatching    | playback; screen learning media                                                    | 41 | 0
EpisodeStream       | screen; media                                                                      | 36 | 0
LessonComments      | learning; reviews; identity                                                        | 15 | 0.3
CategoryTree        | learning                                                                           | 18 | 0.96
CourseSearch        | discovery; learning; reviews                                                       | 24 | 0.28
InstructorPage      | identity learning; reviews mentoring                                               | 10 | 0.44
Certificates        | enrollment; learning                                                               | 4  | 0.1
RedeemCoupon        | enrollment; learning                                                               | 1  | 0
CancelMembership    | enrollment; identity                                                               | 1  | 0
MembershipPlans     | enrollment                                                                         | 9  | 0.95
UpdateProfile       | identity                                                                           | 3  | 0
UploadAvatar        | media; identity                                                                    | 2  | 0
FollowMentor        | mentoring; identity                                                                | 4  | 0
MentorCalendar      | mentoring; identity                                                                | 6  | 0.2
BookSession         | mentoring; enrollment identity                                                     | 2  | 0
OpenMatches         | screen; identity reviews                                                           | 8  | 0.12
TasteMatch          | reviews; screen identity                                                           | 5  | 0.06
Trending            | discovery; learning screen mentoring                                               | 27 | 0.87
WeatherBoost        | activity                                                                           | 19 | 0.7
StepRanking         | activity; identity                                                                 | 13 | 0.33
CompanyBoard        | identity; activity rewards                                                         | 3  | 0.18
Notifications       | identity discovery; mentoring                                                      | 30 | 0
DeleteReview        | reviews; screen                                                                    | 1  | 0
SavePosition        | playback                                                                           | 58 | 0
ReportedContent     | reviews; identity media                                                            | 1  | 0
`;

const MUTATIONS = new Set([
  "Enroll", "RecordPlayback", "React", "WriteReview", "SendMessage", "RecordSteps", "ClaimReward", "RedeemCoupon", "CancelMembership",
  "UpdateProfile", "UploadAvatar", "FollowMentor", "BookSession", "DeleteReview", "SavePosition",
]);

const ROOT: Record<Name, string> = {
  activity: "stepStats(period: WEEK) {\n    total\n    ranking\n    goal {\n      steps\n    }\n  }",
  discovery: "trending(first: $first) {\n    edges {\n      node {\n        __typename\n        id\n      }\n    }\n  }",
  enrollment: "enrollments(first: $first) {\n    edges {\n      node {\n        id\n        progress\n        course {\n          title\n        }\n      }\n    }\n  }",
  identity: "me {\n    id\n    displayName\n    avatarUrl\n    company {\n      name\n    }\n  }",
  learning: "courses(first: $first) {\n    edges {\n      node {\n        id\n        title\n        category {\n          name\n        }\n      }\n    }\n  }",
  media: "assets(ids: $ids) {\n    id\n    stream {\n      ... on StreamTicket {\n        url\n        expiresAt\n      }\n    }\n  }",
  mentoring: "mentors(first: $first) {\n    edges {\n      node {\n        headline\n        user {\n          displayName\n        }\n      }\n    }\n  }",
  playback: "positions(first: $first) {\n    playable {\n      id\n      title\n    }\n    positionSeconds\n    percent\n  }",
  reviews: "reviews(first: $first) {\n    edges {\n      node {\n        body\n        score\n        author {\n          displayName\n        }\n      }\n    }\n  }",
  rewards: "wallet {\n    pointBalance\n    entries(first: $first) {\n      amount\n      reason\n    }\n  }",
  screen: "dramas(first: $first) {\n    edges {\n      node {\n        id\n        title\n        episodes(first: 5) {\n          title\n        }\n      }\n    }\n  }",
};

function texts(): Map<string, string> {
  const folder = new URL("operations/", GRAPH);
  const all = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8").replace(/^#.*\n/gm, "").trim());
  return new Map(all.map((text) => [/^\w+ (\w+)/m.exec(text)?.[1] ?? "", text]));
}

function textOf(name: string, kind: OperationKind, rounds: Name[][]): string {
  const roots = rounds[0]!.map((each) => `  ${ROOT[each]}`).join("\n");
  const variables = roots.includes("$ids") ? "($ids: [ID!]!)" : roots.includes("$first") ? "($first: Int! = 20)" : "";
  if (kind === "mutation") {
    const field = name[0]!.toLowerCase() + name.slice(1);
    return `mutation ${name}($input: ${name}Input!) {\n  ${field}(input: $input) {\n    userErrors {\n      code\n      message\n    }\n    ${rounds.flat().length > 1 ? "viewer {\n      id\n      displayName\n    }" : "ok"}\n  }\n}`;
  }
  return `${kind} ${name}${variables} {\n${roots}\n}`;
}

export function operations(): Operation[] {
  const known = texts();
  return LISTED.trim().split("\n").map((line) => {
    const [name, plan, weight, cacheShare] = line.split("|").map((part) => part.trim()) as [string, string, string, string];
    const kind: OperationKind = name === "ResumeElsewhere" || name === "OnMessage" ? "subscription" : MUTATIONS.has(name) ? "mutation" : "query";
    const rounds = plan.split(";").map((round) => round.trim().split(/\s+/) as Name[]);
    const text = known.get(name) ?? textOf(name, kind, rounds);
    const hash = createHash("sha256").update(text).digest("hex");
    return { hash, name, kind, text, rounds, weight: Number(weight), cacheShare: Number(cacheShare), cost: 4 + rounds.flat().length * 23 + (text.length % 37) };
  });
}

export function sdlOf(name: Name): string {
  return readFileSync(new URL(`${name}.graphql`, GRAPH), "utf8");
}
