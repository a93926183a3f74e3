// Adds comfort; every page works without it.
"use strict";

for (const button of document.querySelectorAll("[data-locate]")) {
  const told = document.querySelector("[data-located]");
  if (!navigator.geolocation) continue;
  button.closest("[hidden]").hidden = false;
  button.addEventListener("click", () => {
    told.textContent = told.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.getElementById("longitude").value = coords.longitude.toFixed(6);
        document.getElementById("latitude").value = coords.latitude.toFixed(6);
        document.querySelector("[data-located-flag]").value = "1";
        told.textContent = told.dataset.found;
      },
      () => { told.textContent = told.dataset.failed; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}

for (const place of document.querySelectorAll("[data-previews-of]")) {
  const field = document.getElementById(place.dataset.previewsOf);
  field.addEventListener("change", () => {
    const shown = [...field.files].slice(0, 6).map((file) => {
      const picture = document.createElement("img");
      picture.alt = file.name;
      picture.src = URL.createObjectURL(file);
      picture.onload = () => URL.revokeObjectURL(picture.src);
      return picture;
    });
    place.replaceChildren(...shown);
    place.hidden = shown.length === 0;
  });
}

// A form goes off once, however often it is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
