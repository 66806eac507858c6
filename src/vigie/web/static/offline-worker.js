// Keeps one page and what it is made of, so that it opens without a network. It answers for nothing else,
// and keeps nothing that is typed: the page does.
"use strict";
const CACHE = "vigie-offline-EDITION";
const SHELL = [/* SHELL */];

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(CACHE).then(function (cache) { return cache.addAll(SHELL); }).then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return name.startsWith("vigie-offline-") && name !== CACHE; })
      .map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});

// The network first: what was kept answers only when it fails.
self.addEventListener("fetch", function (event) {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !SHELL.includes(url.pathname)) return;
  event.respondWith(fetch(event.request).then(function (answer) {
    if (!answer.ok || url.pathname !== SHELL[0]) return answer;
    const kept = answer.clone();
    return caches.open(CACHE).then(function (cache) { return cache.put(url.pathname, kept); }).then(function () { return answer; });
  }).catch(function () {
    return caches.open(CACHE).then(function (cache) { return cache.match(url.pathname, { ignoreSearch: true }); })
      .then(function (kept) { return kept || Response.error(); });
  }));
});
