// Loaded into jsii's Node before anything else (bindings/__init__.py).
// jsii starts a second Node that does the work, and the first only hands each message on to it
// and back. Here the first does the work itself.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { Writable } = require("node:stream");

const RELAY = path.join("bin", "jsii-runtime.js");
// The channel that the second has to the first, as its program names it.
const CHANNEL = "readFD:3,writeFD:3";
const resolve = Module._resolveFilename;

Module._resolveFilename = function (request, parent, isMain, ...rest) {
  const file = resolve.call(this, request, parent, isMain, ...rest);
  if (!isMain || !file.endsWith(RELAY)) return file;
  const program = path.join(path.dirname(file), "..", "lib", "program.js");
  // Another jsii may do it in another way: then all stays as it is.
  if (!fs.existsSync(program) || !fs.readFileSync(program, "utf8").includes(CHANNEL)) return file;
  takeThePlace();
  // It links packages by what it was started with, and NODE_OPTIONS has it do so.
  process.execArgv.push("--preserve-symlinks");
  return program;
};

function takeThePlace() {
  const { readSync, writeSync } = fs;
  fs.readSync = (fd, ...rest) => readSync(fd === 3 ? 0 : fd, ...rest);
  fs.writeSync = (fd, ...rest) => writeSync(fd === 3 ? 1 : fd, ...rest);
  // What is printed goes the way that the first would send it: it is no message.
  for (const name of ["stdout", "stderr"]) {
    const printed = new Writable({
      decodeStrings: true,
      write(chunk, _, done) {
        writeSync(2, `${JSON.stringify({ [name]: chunk.toString("base64") })}\n`);
        done();
      },
    });
    Object.defineProperty(process, name, { configurable: true, get: () => printed });
  }
}
