//! Lists come page by page. Where a page ends is an opaque word: the last key, so that what is added or
//! removed meanwhile moves nothing.

use axum::http::Uri;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// How many items a page has, unless it is said, and at most.
pub(super) const USUAL: u32 = 100;
pub(super) const MOST: u32 = 500;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The items.
    pub(super) items: Vec<T>,
    /// The address of the next page; null on the last one.
    pub(super) next: Option<String>,
}

/// How a page was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) cursor: Option<&'a str>,
    pub(super) limit: Option<u32>,
    pub(super) here: &'a Uri,
}

/// The key of an item in its list; keys are compared part by part.
pub(super) type Key = Vec<String>;

impl Wanted<'_> {
    /// How many items the page has at most.
    ///
    /// # Errors
    /// When it is none, or too many.
    pub(super) fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(USUAL) {
            limit @ 1..=MOST => Ok(limit),
            limit => Err(Problem::wrong(format!(
                "limit: {limit} is not between 1 and {MOST}"
            ))),
        }
    }

    /// The key after which the page begins.
    ///
    /// # Errors
    /// When the cursor is none of ours.
    pub(super) fn after(&self, parts: usize) -> Result<Option<Key>, Problem> {
        let Some(cursor) = self.cursor else {
            return Ok(None);
        };
        let key = URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Key>(&bytes).ok())
            .filter(|key| key.len() == parts && key.iter().all(|part| !part.contains('\0')));
        key.map(Some).ok_or_else(|| {
            Problem::wrong("cursor: it is no cursor of this list")
                .next("Take it from the `next` of a page, or leave it out.")
        })
    }

    /// The address of the page after a key.
    pub(super) fn next(&self, last: &Key) -> String {
        let cursor = URL_SAFE_NO_PAD.encode(serde_json::to_vec(last).unwrap_or_default());
        with_parameter(self.here, "cursor", &cursor)
    }

    /// Cuts the page out of a whole list, each item with its key of so many parts.
    ///
    /// # Errors
    /// When the page cannot be what was meant.
    pub(super) fn cut<T>(
        &self,
        mut all: Vec<(Key, T)>,
        parts: usize,
        backwards: bool,
    ) -> Result<Page<T>, Problem> {
        let (limit, after) = (self.limit()? as usize, self.after(parts)?);
        all.sort_by(|(one, _), (other, _)| match backwards {
            true => other.cmp(one),
            false => one.cmp(other),
        });
        let first = after.map_or(0, |after| {
            all.partition_point(|(key, _)| match backwards {
                true => *key >= after,
                false => *key <= after,
            })
        });
        let mut page: Vec<(Key, T)> = all.into_iter().skip(first).take(limit + 1).collect();
        let more = page.len() > limit;
        page.truncate(limit);
        let next = page
            .last()
            .filter(|_| more)
            .map(|(last, _)| self.next(last));
        let items = page.into_iter().map(|(_, item)| item).collect();
        Ok(Page { items, next })
    }
}

/// An address with one parameter set anew.
pub(super) fn with_parameter(here: &Uri, name: &str, value: &str) -> String {
    let prefix = format!("{name}=");
    let mut parameters: Vec<&str> = here
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|one| !one.is_empty() && !one.starts_with(&prefix))
        .collect();
    let new = format!("{prefix}{value}");
    parameters.push(&new);
    format!("{}?{}", here.path(), parameters.join("&"))
}

/// A number as a part of a key: in the order of numbers.
pub(super) fn number_key(number: i128) -> String {
    format!("{:040}", number.saturating_add(i128::from(i64::MAX)))
}
