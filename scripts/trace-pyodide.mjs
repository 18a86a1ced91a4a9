// What the runtime says of fixtures/traces under a Python that runs in WebAssembly, one JSON line a program and engine.
// usage: node scripts/trace-pyodide.mjs PYODIDE > WORDS    (PYODIDE: the folder of the package)
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { loadPyodide } = await import(pathToFileURL(join(process.argv[2], "pyodide.mjs")));
const python = await loadPyodide({ stdout: () => {}, stderr: () => {} });
const copy = (from, to) => {
  python.FS.mkdirTree(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copy(join(from, entry.name), `${to}/${entry.name}`);
    else if (entry.name.endsWith(".py")) python.FS.writeFile(`${to}/${entry.name}`, readFileSync(join(from, entry.name)));
  }
};
copy("python/nalin_runtime", "/runtime/nalin_runtime");
python.FS.writeFile("/runtime/trace_words.py", readFileSync("scripts/trace_words.py"));
python.runPython("import sys; sys.path.insert(0, '/runtime')\nimport json, trace_words");
console.error(python.runPython("'Python ' + sys.version.split()[0]"));
let lines = "";
for (const name of readdirSync("fixtures/traces").filter((name) => name.endsWith(".py")).sort()) {
  for (const engine of ["rewrite", "settrace", "monitor"]) {
    python.globals.set("code", readFileSync(join("fixtures/traces", name), "utf8"));
    python.globals.set("stdin", name === "reading.py" ? "2\nabc\nxyz\n" : "");
    const words = python.runPython(`json.dumps(trace_words.words(code, stdin, "${engine}"))`);
    lines += `{"path":${JSON.stringify(name)},"engine":"${engine}","words":${words}}\n`;
  }
}
writeFileSync(1, lines);
