(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");

  function toggleMenu(button) {
    const isOpen = document.getElementById("menu").classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(isOpen));
  }

  // A draft stays on this machine only; fields that hold secrets or personal numbers opt out with data-private.
  const keepsDraft = (field) => field.name && !("private" in field.dataset) && !["hidden", "password", "file"].includes(field.type);
  const draftKey = (form) => "draft:" + form.dataset.draft;

  function saveDraft(form) {
    const draft = Array.from(form.elements).filter(keepsDraft)
      .map((field) => [field.name, field.value, Boolean(field.checked)]);
    localStorage.setItem(draftKey(form), JSON.stringify(draft));
  }

  function readDraft(form) {
    try {
      return JSON.parse(localStorage.getItem(draftKey(form))) || [];
    } catch (error) {
      return [];
    }
  }

  function fillDraft(form) {
    for (const [name, value, isChecked] of readDraft(form)) {
      for (const field of Array.from(form.elements).filter((candidate) => candidate.name === name && keepsDraft(candidate))) {
        if (field.type === "checkbox" || field.type === "radio") {
          if (field.value === value) field.checked = isChecked;
        } else {
          field.value = value;
        }
      }
    }
  }

  function offerDraft(form) {
    const offer = form.querySelector("[data-draft-offer]");
    if (!offer || !readDraft(form).length) return;
    offer.hidden = false;
    offer.querySelector("[data-draft-fill]").addEventListener("click", () => { fillDraft(form); offer.hidden = true; });
    offer.querySelector("[data-draft-drop]").addEventListener("click", () => { localStorage.removeItem(draftKey(form)); offer.hidden = true; });
  }

  function askFirst(form, submitter) {
    const dialog = document.getElementById("confirm-dialog");
    dialog.querySelector("[data-confirm-text]").textContent = submitter.dataset.confirm || form.dataset.confirm;
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue !== "yes") return submitter.focus();
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter);
    };
    dialog.showModal();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const submitter = event.submitter || form;
    const isAsked = submitter.dataset.confirm || form.dataset.confirm;
    if (isAsked && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopImmediatePropagation();
      askFirst(form, submitter);
      return;
    }
    delete form.dataset.confirmed;
  }, true);

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.dataset.draft) saveDraft(form);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.dataset.checkAll) {
      for (const box of form.querySelectorAll(`input[name="${event.target.dataset.checkAll}"]`)) box.checked = event.target.checked;
    }
    if (form && form.hasAttribute("data-submit-on-change") && event.target.checkValidity()) form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-toggle-menu]");
    if (toggle) toggleMenu(toggle);
    if (event.target.closest("[data-print]")) window.print();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    // The results follow while somebody types; the key Enter must not send the form around the search box.
    if (event.key === "Enter" && event.target.matches("[data-search]")) event.preventDefault();
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  function tell(sentence) {
    const notice = document.createElement("div");
    notice.className = "notice notice--bad";
    notice.textContent = sentence;
    document.getElementById("messages").replaceChildren(notice);
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    // The session has ended: the sign-in page must not be drawn into a corner of this one.
    if (new URL(event.detail.xhr.responseURL).pathname === document.body.dataset.signIn) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
  document.addEventListener("htmx:responseError", () => tell("没有完成：平台拒绝了这次请求，请刷新页面后重试。"));
  document.addEventListener("htmx:sendError", () => tell("没有连上平台，请检查网络后重试。"));

  document.addEventListener("DOMContentLoaded", () => {
    // The page after a save names the draft that is no longer needed.
    for (const saved of document.querySelectorAll("[data-draft-saved]")) localStorage.removeItem("draft:" + saved.dataset.draftSaved);
    document.querySelectorAll("form[data-draft]").forEach(offerDraft);
  });
})();
