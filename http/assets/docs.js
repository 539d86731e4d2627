// Swagger UI over our own document, on our own host. Nothing is fetched from anywhere else. The resources are closed at
// first, since opened ones are slow to draw. A demo gives a token that only reads, so that everything can be tried.
const ui = SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  docExpansion: "none",
  filter: true,
  defaultModelsExpandDepth: -1,
  showExtensions: true,
  showCommonExtensions: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  onComplete: () => fetch("token.json").then((answer) => answer.json()).then((given) => {
    if (given.token) ui.preauthorizeApiKey("token", given.token);
  }),
});
