import { useEditorContext as useContext, type EditorContextType } from "@graphiql/react";

export { useContext as useEditorContext };
export type CodeMirrorEditor = NonNullable<EditorContextType["responseEditor"]>;

/// Opens an operation in a tab of its own, so that no typing is lost. It is not executed.
export function openInTab(editors: EditorContextType, query: string, variables = ""): void {
  if (editors.queryEditor?.getValue().trim()) editors.addTab();
  // The editors show the new tab only after it is rendered.
  requestAnimationFrame(() => {
    editors.queryEditor?.setValue(query);
    editors.variableEditor?.setValue(variables);
    editors.queryEditor?.focus();
  });
}
