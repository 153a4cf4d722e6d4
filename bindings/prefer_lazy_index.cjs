// Loaded into jsii's Node before anything else (bindings/__init__.py).
// The AWS bindings ship lib/lazy-index.js, yet their entry point is the eager lib/index.js.
const Module = require("node:module");
const path = require("node:path");

const eager = ["@cdktf", "@cdktn"].map((scope) =>
  path.join(scope, "provider-aws", "lib", "index.js"));
const resolve = Module._resolveFilename;

Module._resolveFilename = function (...args) {
  const file = resolve.apply(this, args);
  return eager.some((each) => file.endsWith(each)) ? path.join(path.dirname(file), "lazy-index.js") : file;
};
