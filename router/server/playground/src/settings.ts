/// What the router wrote into the page (its `playground` settings).
export interface Settings {
  title: string;
  /// Where operations are sent.
  endpoint: string;
  /// Absent: the page offers no sign-in.
  signIn?: {
    /// Takes `POST {email, password}` and answers `{accessToken}`.
    url: string;
    personas: Persona[];
    /// Present on a demonstration server only: signs any persona in with one press.
    demonstrationPassword?: string;
  };
  examples: Example[];
}

/// An account that a demonstration server offers.
export interface Persona {
  name: string;
  email: string;
  description: string;
}

/// An operation to try.
export interface Example {
  title: string;
  description: string;
  query: string;
  variables?: string;
}

export const settings = JSON.parse(document.getElementById("settings")?.textContent ?? "{}") as Settings;
