// A web server: nothing but Node's own library.
"use strict";

const http = require("node:http");
const net = require("node:net");

// One line of JSON, as CloudWatch reads it.
function log(level, message) {
  console.log(JSON.stringify({ level, message }));
}

// Whether the database could be reached; a driver would ask it something.
function databaseListens() {
  return new Promise((resolve) => {
    const socket = net.connect({ host: process.env.DB_HOST, port: Number(process.env.DB_PORT) });
    socket.setTimeout(2000, () => socket.destroy(new Error("timeout")));
    socket.once("connect", () => { socket.destroy(); resolve(true); });
    socket.once("error", () => resolve(false));
  });
}

function answer(response, status, text) {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(text);
}

const server = http.createServer(async (request, response) => {
  const path = request.url.split("?")[0];
  if (path === "/healthz") {
    answer(response, 200, "alive\n");
  } else if (path === "/readyz") {
    const ready = await databaseListens();
    answer(response, ready ? 200 : 503, ready ? "ready\n" : "no database\n");
  } else if (path === "/") {
    answer(response, 200, `Hello from ${process.env.APP_VERSION}\n`);
  } else {
    answer(response, 404, "not found\n");
  }
  log("INFO", `${request.method} ${path} ${response.statusCode}`);
});

// Requests that are open are answered before it ends.
process.once("SIGTERM", () => server.close(() => log("INFO", "ended")));

const port = Number(process.env.PORT);
server.listen(port, process.env.HOST || "0.0.0.0", () => log("INFO", `listening on ${port}`));
