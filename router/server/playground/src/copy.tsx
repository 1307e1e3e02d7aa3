import { useState } from "react";

/// Copies a text. Pages without a secure origin have no clipboard to write to; there the button says so.
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    setSaid((await copied(text)) ? "Copied" : "Cannot copy here");
    setTimeout(() => setSaid(""), 3000);
  };
  return (
    <>
      <button type="button" className="panel-button panel-button-small" aria-label={`Copy ${what}`} onClick={() => void copy()}>
        {said || "Copy"}
      </button>
      <span className="for-screen-readers" role="status">
        {said}
      </span>
    </>
  );
}

export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
