import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { knowServices } from "./colours.ts";
import { stale, useData } from "./data.ts";
import { clock } from "./format.ts";
import type { Faults, Session, SubgraphRow } from "./model.ts";
import { BottlenecksPage } from "./pages/bottlenecks.tsx";
import { CachesPage } from "./pages/caches.tsx";
import { ClientsPage } from "./pages/clients.tsx";
import { EventsPage } from "./pages/events.tsx";
import { changes, FaultBanner, FaultsPage } from "./pages/faults.tsx";
import { GraphPage } from "./pages/graph.tsx";
import { OperationPage } from "./pages/operation.tsx";
import { OperationsPage } from "./pages/operations.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { RequestPage } from "./pages/request.tsx";
import { RequestsPage } from "./pages/requests.tsx";
import { SubgraphPage } from "./pages/subgraph.tsx";
import { SubgraphsPage } from "./pages/subgraphs.tsx";
import { Icon, type IconName } from "./parts/icons.tsx";
import { Palette } from "./parts/palette.tsx";
import { Shortcuts, useKeys } from "./parts/shortcuts.tsx";
import { Failure } from "./parts/states.tsx";
import { Topbar } from "./parts/topbar.tsx";
import { hrefOf, place, type Place } from "./routes.ts";
import { budget } from "./settings.ts";
import { useStore } from "./store.ts";
import { useWindow } from "./window.ts";

interface Entry {
  path: string;
  name: string;
  icon: IconName;
  key: string;
}

export const ENTRIES: { name: string; entries: Entry[] }[] = [
  { name: "Traffic", entries: [
    { path: "/", name: "Overview", icon: "overview", key: "o" },
    { path: "/operations", name: "Operations", icon: "operations", key: "p" },
    { path: "/requests", name: "Requests", icon: "requests", key: "r" },
    { path: "/bottlenecks", name: "Bottlenecks", icon: "bottlenecks", key: "b" },
  ] },
  { name: "Graph", entries: [
    { path: "/graph", name: "Graph", icon: "graph", key: "g" },
    { path: "/subgraphs", name: "Subgraphs", icon: "subgraphs", key: "s" },
    { path: "/clients", name: "Clients", icon: "clients", key: "c" },
    { path: "/caches", name: "Caches", icon: "caches", key: "k" },
    { path: "/events", name: "Events", icon: "events", key: "e" },
    { path: "/faults", name: "Faults", icon: "faults", key: "f" },
  ] },
];

function pageOf({ parts: [page, name] }: Place): { title: string; entry: string; content: ComponentChildren } {
  switch (page) {
    case undefined: return { title: "Overview", entry: "/", content: <OverviewPage /> };
    case "operations": return name ? { title: "Operation", entry: "/operations", content: <OperationPage key={name} hash={name} /> } : { title: "Operations", entry: "/operations", content: <OperationsPage /> };
    case "requests": return { title: "Requests", entry: "/requests", content: <RequestsPage /> };
    case "traces": return name ? { title: "Request", entry: "/requests", content: <RequestPage key={name} traceId={name} /> } : { title: "Requests", entry: "/requests", content: <RequestsPage /> };
    case "bottlenecks": return { title: "Bottlenecks", entry: "/bottlenecks", content: <BottlenecksPage /> };
    case "graph": return { title: "Graph", entry: "/graph", content: <GraphPage /> };
    case "subgraphs": return name ? { title: `Subgraph ${name}`, entry: "/subgraphs", content: <SubgraphPage key={name} name={name} /> } : { title: "Subgraphs", entry: "/subgraphs", content: <SubgraphsPage /> };
    case "clients": return { title: "Clients", entry: "/clients", content: <ClientsPage only={name ?? null} /> };
    case "caches": return { title: "Caches", entry: "/caches", content: <CachesPage /> };
    case "events": return { title: "Events", entry: "/events", content: <EventsPage flow={name ?? null} /> };
    case "faults": return { title: "Faults", entry: "/faults", content: <FaultsPage /> };
    default: return { title: "No such page", entry: "", content: <NoPage path={page} /> };
  }
}

function NoPage({ path }: { path: string }) {
  return <div class="page"><div class="failure"><h1>There is no page “{path}”</h1><p>The address may be mistyped, or from another version of the router.</p><a href={hrefOf("/")}>To the overview</a></div></div>;
}

export function App() {
  const here = useStore(place);
  const [drawer, setDrawer] = useState(false);
  const [dialog, setDialog] = useState<"palette" | "search" | "keys" | null>(null);
  const main = useRef<HTMLElement>(null);
  const session = useData<Session>("/session");
  const window = useWindow();
  const subgraphs = useData<{ subgraphs: SubgraphRow[] }>(`/subgraphs?window=${window}`, 60);
  const faults = useData<Faults>("/faults", 10);
  const changed = useStore(changes);
  useEffect(() => {
    if (changed > 0) faults.again();
  }, [changed]);
  const { title, entry, content } = pageOf(here);
  if (session.data?.budgetMs) budget.set(session.data.budgetMs);
  if (subgraphs.data) knowServices(subgraphs.data.subgraphs.map(({ name }) => name));
  useKeys({ palette: () => setDialog("palette"), search: () => setDialog("search"), keys: () => setDialog("keys") });
  useEffect(() => {
    document.title = `${title} · ${session.data?.name ?? "Studio"}`;
  }, [title, session.data?.name]);
  const path = here.parts.join("/");
  const opened = useRef(false);
  useLayoutEffect(() => {
    setDrawer(false);
    scrollTo(0, 0);
    // Who comes by a link hears where they are; who opens the address starts at its top.
    if (opened.current) main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    opened.current = true;
  }, [path]);
  const name = session.data?.name ?? "Lyceum";
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to the content</a>
      <nav class={`side ${drawer ? "open" : ""}`} aria-label="Pages" id="pages">
        <a class="brand" href={hrefOf("/")}>
          <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true"><path d="M16 4 28 11 16 18 4 11z" fill="var(--accent)" /><path d="M4 17l12 7 12-7v4l-12 7-12-7z" fill="var(--accent)" opacity="0.55" /></svg>
          <span>{name} <b>Studio</b></span>
        </a>
        {ENTRIES.map((group) => (
          <div class="side-group" key={group.name}>
            <p id={`group-${group.name}`}>{group.name}</p>
            <ul aria-labelledby={`group-${group.name}`}>
              {group.entries.filter((each) => each.path !== "/faults" || faults.data?.allowed !== false).map((each) => (
                <li key={each.path}>
                  <a href={hrefOf(each.path)} aria-current={each.path === entry ? "page" : undefined} title={`${each.name} (g ${each.key})`}>
                    <Icon name={each.icon} />
                    <span>{each.name}</span>
                    {each.path === "/faults" && (faults.data?.faults.length ?? 0) > 0 && <span class="side-count">{faults.data!.faults.length}</span>}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ))}
        <p class="side-foot">{session.data ? <>{session.data.version && `Router ${session.data.version}`}{session.data.production ? " · production" : ""}</> : " "}</p>
      </nav>
      {drawer && <button type="button" class="veil" aria-label="Close the pages" onClick={() => setDrawer(false)} />}
      <div class="content">
        <Topbar openDrawer={() => setDrawer(true)} openSearch={() => setDialog("search")} openKeys={() => setDialog("keys")} drawer={drawer} session={session.data} />
        <FaultBanner faults={faults.data} again={faults.again} />
        <StaleBanner />
        <main id="main" ref={main} tabIndex={-1}>
          {session.problem?.status === 0 && !session.data && !subgraphs.data ? <div class="page"><Failure problem={session.problem} again={session.again} /></div> : content}
        </main>
      </div>
      {(dialog === "palette" || dialog === "search") && <Palette mode={dialog} close={() => setDialog(null)} openKeys={() => setDialog("keys")} />}
      {dialog === "keys" && <Shortcuts close={() => setDialog(null)} />}
    </div>
  );
}

function StaleBanner() {
  const old = useStore(stale);
  if (!old) return null;
  return <div class="banner banner-warn" role="status"><Icon name="again" /><span><strong>{old.problem.title}.</strong> What you see is of {clock(old.since)}; the page goes on trying.</span></div>;
}
