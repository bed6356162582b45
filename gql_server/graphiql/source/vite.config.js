// Bundles GraphiQL: named by what they hold, packed, without links that lead out, the licences beside them.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const NAMES = { entryFileNames: "[name]-[hash].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]" };
// These name a language and are never opened.
const ADDRESS = /https?:\/\/(?!www\.w3\.org\/|json-schema\.org\/)(?=\w)/;
const MARKDOWN_LINK = new RegExp(String.raw`\[([^[\]]+)\]\(${ADDRESS.source}[^)\s]*\)`, "g");
const HREF = new RegExp(String.raw`href: (["'\x60])${ADDRESS.source}[^"'\x60]*\1`, "g");
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;
const PAPERS = /^(licen[cs]e|notice|thirdpartynotices)/i;
const packages = new Set();

export default defineConfig({
  base: "/graphiql/",
  plugins: [linkless(), packed()],
  worker: { format: "es", plugins: () => [linkless()], rollupOptions: { output: NAMES } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 10_000,
    rollupOptions: {
      input: "main.jsx",
      output: NAMES,
      onLog: (level, log, tell) => log.code === "MODULE_LEVEL_DIRECTIVE" || tell(level, log),
    },
  },
});

// GraphiQL works where there is no network, so a link in its help would lead nowhere.
function linkless() {
  return {
    name: "linkless",
    renderChunk(code, chunk) {
      for (const id of chunk.moduleIds) packages.add(id.replace(/^\0/, "").match(PACKAGE)?.[0]);
      return code
        .replace(MARKDOWN_LINK, "$1")
        .replace(HREF, "href: undefined")
        .replace(new RegExp(ADDRESS.source, "g"), "");
    },
  };
}

// When all is written, for Vite changes its chunks until then.
function packed() {
  return {
    name: "packed",
    writeBundle({ dir }) {
      for (const name of readdirSync(dir)) {
        const source = readFileSync(`${dir}/${name}`);
        const found = source.toString("latin1").match(new RegExp(`${ADDRESS.source}.{0,60}`));
        // A font names the tool that made it.
        if (found && !name.endsWith(".ttf")) this.error(`${name} holds an address: ${found[0]}`);
        writeFileSync(`${dir}/${name}.gz`, zipped(source));
        rmSync(`${dir}/${name}`);
      }
      writeFileSync(`${dir}/LICENSES.txt`, licences());
      writeFileSync(`${dir}/source.sha256`, fingerprint());
    },
  };
}

// Tells whether what is built is of this very source.
function fingerprint() {
  const files = readdirSync(".", { withFileTypes: true }).filter((entry) => entry.isFile());
  const hash = createHash("sha256");
  for (const name of files.map((entry) => entry.name).sort()) hash.update(readFileSync(name));
  return `${hash.digest("hex")}\n`;
}

function zipped(source) {
  const bytes = gzipSync(source, { level: 9 });
  bytes[9] = 255; // made on no system in particular
  return bytes;
}

function licences() {
  const folders = [...packages].filter(Boolean).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return [...new Map(folders.map((folder) => [nameOf(folder), licenceOf(folder)])).values()].join("\n\n");
}

function nameOf(folder) {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  return `${name} ${version}`;
}

function licenceOf(folder) {
  const { license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const papers = readdirSync(folder).filter((name) => PAPERS.test(name)).sort();
  const texts = papers.map((name) => readFileSync(`${folder}/${name}`, "utf8").replaceAll("\r\n", "\n").trim());
  return [`${"=".repeat(80)}\n${nameOf(folder)} (${license})\n${"=".repeat(80)}`, ...texts].join("\n\n");
}
