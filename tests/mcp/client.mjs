// Makes calls with the official client and prints their results, a line each.
//   node client.mjs stdio '["errand", "mcp"]' < calls
//   node client.mjs http 'http://127.0.0.1:7172/mcp' < calls
// A call is a line of JSON: {"tool": …, "arguments": …}; the first line printed lists the tools.
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [kind, target] = process.argv.slice(2);
const token = process.env.ERRAND_ACCESS_TOKEN;

function transport() {
  if (kind === "http") {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    return new StreamableHTTPClientTransport(new URL(target), { requestInit: { headers } });
  }
  const [command, ...args] = JSON.parse(target);
  return new StdioClientTransport({ command, args, env: { ...process.env } });
}

const client = new Client({ name: "test", version: "1" });
await client.connect(transport());
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
print(await client.listTools());
for await (const line of createInterface({ input: process.stdin })) {
  const { tool, arguments: given } = JSON.parse(line);
  print(await client.callTool({ name: tool, arguments: given }));
}
await client.close();
