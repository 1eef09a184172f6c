// What stands behind "#" in an address stays in the browser: it is posted from here, and leaves address and history.
(function () {
  "use strict";
  const form = document.querySelector("form[data-link]");

  function send() {
    const secret = location.hash.slice(1);
    if (!secret) return;
    history.replaceState(null, "", location.pathname);
    form.elements.key.value = secret;
    form.requestSubmit();
  }

  window.addEventListener("hashchange", send);
  send();
})();
