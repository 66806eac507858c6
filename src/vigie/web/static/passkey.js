// Passkeys: the one thing that a page cannot ask of the browser without a script.
(function () {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const trouble = form.querySelector("[data-trouble]");

  function fail(sentence) {
    trouble.textContent = sentence || form.dataset.failed;
    trouble.hidden = false;
  }

  async function post(url, body) {
    const token = form.querySelector("input[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    });
    return answer.json();
  }

  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    trouble.hidden = true;
    if (!window.PublicKeyCredential || !PublicKeyCredential.parseCreationOptionsFromJSON) return fail(form.dataset.missing);
    try {
      const asked = (await post(form.dataset.options, {})).publicKey;
      const credential = asked.user
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
      const name = form.querySelector("input[name=name]");
      const next = form.querySelector("input[name=next]");
      const told = await post(form.action, {
        credential: credential.toJSON(),
        name: name ? name.value : "",
        next: next ? next.value : "",
      });
      if (told.next) window.location.assign(told.next);
      else fail(told.error);
    } catch (error) {
      fail();
    }
  });
})();
