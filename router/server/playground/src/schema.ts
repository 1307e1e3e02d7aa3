import { useSchemaStore } from "@graphiql/react";
import { useEffect, useRef } from "react";
import { useSession } from "./session";

/// Fetches the schema anew when somebody signs in or out: what there is depends on who asks.
export function useSchemaOfViewer(): void {
  const introspect = useSchemaStore((store) => store.introspect);
  const { session } = useSession();
  const viewer = session?.accessToken ?? null;
  const seenBy = useRef(viewer);
  useEffect(() => {
    if (seenBy.current === viewer) return;
    seenBy.current = viewer;
    void introspect();
  }, [viewer, introspect]);
}
