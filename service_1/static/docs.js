const place = document.getElementById("swagger-ui");

// No validator: it would send the document to a service outside.
window.SwaggerUIBundle({ url: place.dataset.document, domNode: place, deepLinking: true, validatorUrl: null });
