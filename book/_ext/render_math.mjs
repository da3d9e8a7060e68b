// Reads one JSON line {tex, display}; answers with one JSON line {mathml} or {error}.
import readline from "node:readline";
import temml from "temml";

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    const options = { displayMode: display, throwOnError: true, strict: true, trust: true };
    answer = { mathml: temml.renderToString(tex, options) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
