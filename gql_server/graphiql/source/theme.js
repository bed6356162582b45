// The colours of paper.css in the editors, by day and by night.
import * as monaco from "monaco-graphql/esm/monaco-editor.js";

const DAY = { paper: "#fdfaf2", ink: "#211c16", faded: "#5f5547", edge: "#857961", green: "#275740", brick: "#97391f" };
const NIGHT = { paper: "#201d18", ink: "#ece4d3", faded: "#b6aa95", edge: "#8d816c", green: "#a3cfae", brick: "#e8a084" };

export const EDITOR_THEME = { light: "paper-by-day", dark: "paper-by-night" };

monaco.editor.defineTheme(EDITOR_THEME.light, themeOf("vs", DAY));
monaco.editor.defineTheme(EDITOR_THEME.dark, themeOf("vs-dark", NIGHT));

function themeOf(base, { paper, ink, faded, edge, green, brick }) {
  const tokens = {
    "": ink, comment: faded, keyword: brick, "key.identifier": green, "type.identifier": brick,
    "argument.identifier": faded, string: green, number: brick, "string.key.json": green, "string.value.json": ink,
    "keyword.json": brick,
  };
  return {
    base,
    inherit: true,
    rules: Object.entries(tokens).map(([token, colour]) => ({ token, foreground: colour.slice(1) })),
    colors: {
      "editor.background": "#ffffff00", "editor.foreground": ink, "scrollbar.shadow": "#ffffff00",
      "editorLineNumber.foreground": edge, "editorLineNumber.activeForeground": ink, "editorCursor.foreground": ink,
      ...Object.fromEntries([1, 2, 3].map((depth) => [`editorBracketHighlight.foreground${depth}`, faded])),
      "editorHoverWidget.background": paper, "editorWidget.background": paper, "editorSuggestWidget.background": paper,
      "editorWidget.resizeBorder": green, "editorSuggestWidget.selectedBackground": `${green}26`,
      "editorSuggestWidget.selectedForeground": ink, "editorSuggestWidget.highlightForeground": green,
      "list.hoverBackground": `${green}1a`, "list.highlightForeground": green, "list.focusHighlightForeground": green,
      "menu.background": paper, "menu.selectionBackground": `${green}26`, "menu.selectionForeground": ink,
      "quickInput.background": paper, "quickInputList.focusBackground": `${green}26`,
      "quickInputList.focusForeground": ink, "input.background": `${edge}22`, "textLink.foreground": green,
      "textLink.activeForeground": green, focusBorder: green, highlight: green,
    },
  };
}
