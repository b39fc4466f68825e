//! The fields of a request to Entra.

use std::collections::HashMap;

use axum::http::header;
use url::form_urlencoded;

use super::EntraError;
use crate::server::Asked;

/// Fields by name. They may be secrets: there is no Debug.
pub(crate) struct Form(HashMap<String, String>);

impl Form {
    /// The body of a form; of any other body nothing.
    pub(crate) fn of_body(asked: &Asked) -> Self {
        let content_type = asked.header(&header::CONTENT_TYPE).unwrap_or_default();
        if !content_type.starts_with("application/x-www-form-urlencoded") {
            return Self(HashMap::new());
        }
        Self(form_urlencoded::parse(&asked.body).into_owned().collect())
    }

    /// The query.
    pub(crate) fn of_query(asked: &Asked) -> Self {
        let query = asked.uri.query().unwrap_or_default();
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// A field that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A field, or AADSTS900144.
    pub(crate) fn need(&self, name: &str) -> Result<&str, EntraError> {
        self.get(name)
            .ok_or_else(|| EntraError::about(900_144, name))
    }

    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }
}
