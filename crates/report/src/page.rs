//! The shell that all pages share: policy, style, header and footer; a page stands alone, without fonts, pictures or
//! scripts from elsewhere.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::Error;

/// A chart on a page.
#[derive(Clone, Debug, Serialize)]
pub struct Chart {
    /// What stands above it.
    pub title: &'static str,
    /// The picture, as of [`bars`](crate::bars).
    pub svg: String,
    /// What stands below it, if anything.
    pub note: String,
}

/// Renders a page from a template that extends `shell.html` and may include `charts.html`. All that the view holds is
/// escaped. The shell shows its `title` and `made_by`, the charts are its `charts`.
///
/// # Errors
/// If the template is broken.
pub fn page(template: &str, view: &impl Serialize) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("shell.html", include_str!("shell.html"))?;
    environment.add_template("charts.html", include_str!("charts.html"))?;
    Ok(environment.render_named_str("page.html", template, Serde(view))?)
}
