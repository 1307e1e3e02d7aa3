/// GraphiQL's own history keeps the headers of what was run, and with them tokens. This page has a history without.
const refused = new Set(["graphiql:queries", "graphiql:favorites"]);

/// Where GraphiQL keeps its tabs, sizes and theme.
export const storage = {
  get length() {
    return localStorage.length;
  },
  getItem: (key: string) => (refused.has(key) ? null : localStorage.getItem(key)),
  setItem: (key: string, value: string) => {
    if (!refused.has(key)) localStorage.setItem(key, value);
  },
  removeItem: (key: string) => localStorage.removeItem(key),
  /// GraphiQL's settings offer it; what this page keeps beside goes with it.
  clear: () => {
    localStorage.clear();
    window.dispatchEvent(new StorageEvent("storage", { key: null }));
  },
};

// What an earlier version of this page has kept.
for (const key of refused) localStorage.removeItem(key);
