// A call of our own API as a developer would type it, in cURL and in Python. The key is always the
// variable AFTERLEAD_KEY. The page at /docs and the dashboard show the same.

// call: { method, path, query?, body?, key? }; key false: the address itself holds the key.
export function curlCall(origin, call) {
  const method = call.method === "GET" ? "" : `-X ${call.method} `;
  const lines = [`curl ${method}${quoted(addressOf(origin, call))}`];
  if (call.key !== false) lines.push('  -H "Authorization: Bearer $AFTERLEAD_KEY"');
  if (call.body) {
    lines.push("  -H 'Content-Type: application/json'");
    lines.push(`  -d ${quoted(JSON.stringify(call.body, null, 2))}`);
  }
  return lines.join(" \\\n");
}

export function pythonCall(origin, call) {
  const query = given(call.query);
  const parts = [JSON.stringify(whole(origin, call.path))];
  if (query.length) parts.push(`params=${literal(Object.fromEntries(query), "    ")}`);
  if (call.key !== false) {
    parts.push(`headers={"Authorization": f"Bearer {os.environ['AFTERLEAD_KEY']}"}`);
  }
  if (call.body) parts.push(`json=${literal(call.body, "    ")}`);
  parts.push("timeout=10");
  const imports = call.key === false ? "import requests" : "import os\n\nimport requests";
  const inside = parts.map((part) => `    ${part},\n`).join("");
  const method = call.method.toLowerCase();
  return `${imports}\n\nanswer = requests.${method}(\n${inside})\nprint(answer.status_code, answer.text)`;
}

function addressOf(origin, call) {
  const query = new URLSearchParams(given(call.query)).toString();
  return whole(origin, call.path) + (query ? `?${query}` : "");
}

function whole(origin, path) {
  return path.startsWith("http") ? path : origin + path;
}

// What a filter leaves empty is not asked for.
function given(query) {
  return Object.entries(query ?? {}).filter(([, value]) => value !== "" && value != null);
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

// JSON's strings and numbers are Python's as well.
function literal(value, indent) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const parts = Array.isArray(value)
    ? value.map((each) => literal(each, inner))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${literal(each, inner)}`);
  if (!parts.length) return open + close;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}
