const place = document.getElementById("swagger-ui");

// No validator: it would send the document to a service outside.
// The whole address: a page that was opened with a key in its own address could not fetch a relative one.
const url = new URL(place.dataset.document, window.location.origin).href;
window.SwaggerUIBundle({ url, domNode: place, deepLinking: true, validatorUrl: null });
