/* Fits the height of the programme's frames on your page:
   <iframe src="https://…/widget/?…" data-kepuyue-widget …></iframe> <script src="https://…/widget.js" async></script>
   Any number of frames; once on a page is enough. Reads nothing of your page but its own frames, and keeps nothing. */
(function () {
  "use strict";
  if (!document.currentScript || !window.URL) return;
  var home = new URL(document.currentScript.src).origin;
  var least = 80;
  var most = 6000;

  function frames() {
    return Array.prototype.filter.call(document.querySelectorAll("iframe[data-kepuyue-widget]"), function (frame) {
      try {
        return new URL(frame.src).origin === home;
      } catch (_error) {
        return false;
      }
    });
  }

  function ask(frame) {
    if (frame.contentWindow) frame.contentWindow.postMessage("kepuyue:height?", home);
  }

  window.addEventListener("message", function (event) {
    // Only our own site is listened to, and only where the word comes from one of its frames on this page
    if (event.origin !== home || !event.data || event.data.kepuyue !== "height") return;
    var height = Number(event.data.height);
    if (!isFinite(height)) return;
    frames().forEach(function (frame) {
      if (frame.contentWindow === event.source) {
        frame.style.height = Math.min(most, Math.max(least, Math.ceil(height))) + "px";
      }
    });
  });

  function askAll() {
    frames().forEach(ask);
  }
  askAll();
  window.addEventListener("load", askAll);
})();
