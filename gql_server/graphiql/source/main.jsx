// GraphiQL for this server: its tabs and the graph's address stand on the element that it fills.
import "./workers.js";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { fetcherFor } from "./fetcher.js";
import { EDITOR_THEME } from "./theme.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./look.css";

const place = document.getElementById("graphiql");
const { graph, tabs, start } = place.dataset;

// Whoever was here before finds their own tabs again, which GraphiQL keeps in the browser.
createRoot(place).render(
  <GraphiQL
    fetcher={fetcherFor(graph)}
    defaultTabs={JSON.parse(tabs)}
    editorTheme={EDITOR_THEME}
    defaultEditorToolsVisibility={false}
    showPersistHeadersSettings={false}
  >
    <GraphiQL.Logo><a href={start}>gql-server</a></GraphiQL.Logo>
  </GraphiQL>,
);
