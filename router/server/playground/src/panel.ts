/// Opens or closes a side panel by its button. GraphiQL keeps apart which panel is chosen and whether the space for one
/// is open, and only the button changes both.
export function togglePanel(title: string): void {
  (panelButton("Show", title) ?? panelButton("Hide", title))?.click();
}

/// Opens a side panel; one that is open stays.
export function openPanel(title: string): void {
  panelButton("Show", title)?.click();
}

/// Closes a side panel; one that is closed stays.
export function closePanel(title: string): void {
  panelButton("Hide", title)?.click();
}

function panelButton(does: "Show" | "Hide", title: string): HTMLButtonElement | null {
  return document.querySelector(`.graphiql-sidebar button[aria-label="${does} ${title}"]`);
}
