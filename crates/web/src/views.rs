//! Pages from templates.

use axum::response::Html;
use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig, value::Serde};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::problem::Problem;

/// The files below `templates/`.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The templates, read once. A name that a template uses and a page does not give is an error: better a
/// test that fails than a hole in a page.
#[derive(Debug)]
pub(crate) struct Views(Environment<'static>);

impl Views {
    pub(crate) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        if let Ok(syntax) = syntax.build() {
            environment.set_syntax(syntax);
        }
        environment.set_loader(|name| {
            let file = Templates::get(name);
            Ok(file.map(|file| String::from_utf8_lossy(&file.data).into_owned()))
        });
        Self(environment)
    }

    /// Fills a template.
    pub(crate) fn render(
        &self,
        template: &str,
        context: impl Serialize,
    ) -> Result<Html<String>, Problem> {
        let rendered = self
            .0
            .get_template(template)
            .and_then(|template| template.render(Value::from(Serde(context))));
        rendered
            .map(Html)
            .map_err(|error| Problem::broken(&format!("the page {template}"), &error))
    }
}
