import { useSchemaStore } from "@graphiql/react";
import { useEffect, useRef } from "react";
import { useActing } from "./actingStore";
import { useSession } from "./session";

/// Fetches the schema anew when somebody signs in or out, or runs as another: what there is depends on who asks.
export function useSchemaOfViewer(): void {
  const introspect = useSchemaStore((store) => store.introspect);
  const { session } = useSession();
  const { acting } = useActing();
  const viewer = `${session?.accessToken ?? ""} ${JSON.stringify(acting)}`;
  const seenBy = useRef(viewer);
  useEffect(() => {
    if (seenBy.current === viewer) return;
    seenBy.current = viewer;
    void introspect();
  }, [viewer, introspect]);
}
