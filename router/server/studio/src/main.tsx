import { render } from "preact";
import { App } from "./app.tsx";
import { forgetPainted } from "./colours.ts";
import { keepLive } from "./live.ts";
import { followLinks } from "./routes.ts";
import { applyScheme, colours } from "./settings.ts";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/pages.css";
import "./styles/waterfall.css";

colours.listen(forgetPainted);
applyScheme();
followLinks();
keepLive();
render(<App />, document.getElementById("root")!);
