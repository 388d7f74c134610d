/* Inside the frame: tells the page around it how high this is. The height is no secret, so that anybody may hear it. */
(function () {
  "use strict";
  if (window.parent === window) return;
  var told = 0;

  function tell(again) {
    var height = Math.ceil(document.body.getBoundingClientRect().height);
    if (again !== true && height === told) return;
    told = height;
    window.parent.postMessage({ kepuyue: "height", height: height }, "*");
  }

  window.addEventListener("message", function (event) {
    if (event.source === window.parent && event.data === "kepuyue:height?") tell(true);
  });
  window.addEventListener("load", tell);
  if (window.ResizeObserver) new ResizeObserver(tell).observe(document.body);
  tell(true);
})();
