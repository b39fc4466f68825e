//! JSON replies: pages, each asked for when the one before was read.

use std::{collections::HashSet, sync::Arc, time::Duration};

use bytes::{BufMut, Bytes, BytesMut};
use futures::{StreamExt, stream, stream::BoxStream};
use http::StatusCode;
use reqwest::Response;
use serde::{Deserialize, de::IgnoredAny};
use url::Url;

use super::{
    body::Body,
    call::{Caller, GRAPH},
    download::DownloadLink,
    request::Inner,
};
use crate::{Failure, Patience, endpoint::same_origin};

/// How large one page may be: it is held as a whole. Microsoft's hold some thousand rows at most.
const PAGE_BYTES: u64 = 64 << 20;

/// How long one page is tried again, apart from waits that Microsoft or the quota ask for.
const PAGE_PATIENCE: Duration = Duration::from_secs(120);

/// As much of a page as paging needs.
#[derive(Deserialize)]
struct Page {
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
    #[serde(rename = "value")]
    _value: IgnoredAny,
}

/// Where the reading of pages stands.
struct Pages {
    inner: Arc<Inner>,
    caller: Caller,
    next: Option<Url>,
    seen: HashSet<Url>,
    bytes_left: u64,
    /// Whether waits that the quota or Microsoft ask for are waited.
    waits: bool,
    wait_left: Duration,
}

impl Inner {
    /// The first page of an answer, and the others behind it.
    pub(super) async fn json(
        inner: &Arc<Self>,
        caller: Caller,
        asked: Url,
        response: Response,
        waits: bool,
    ) -> Result<BoxStream<'static, Result<Bytes, Failure>>, Failure> {
        let mut pages = Pages {
            inner: Arc::clone(inner),
            caller,
            next: None,
            seen: HashSet::from([asked.clone()]),
            bytes_left: inner.limits.max_reply_bytes,
            waits,
            wait_left: inner.limits.page_wait,
        };
        let first = pages.read(&asked, response).await?;
        let first = (!first.is_empty()).then_some(Ok(first));
        let rest = stream::unfold(Some(pages), |pages| async {
            let mut pages = pages?;
            match pages.following().await {
                Ok(None) => None,
                Ok(Some(page)) => Some((Ok(page), Some(pages))),
                Err(failure) => Some((Err(failure), None)),
            }
        });
        Ok(stream::iter(first).chain(rest).boxed())
    }
}

impl Pages {
    async fn following(&mut self) -> Result<Option<Bytes>, Failure> {
        let Some(url) = self.next.take() else {
            return Ok(None);
        };
        let mut patience = Patience::new(self.inner.limits.page_tries, PAGE_PATIENCE);
        loop {
            let page = match self.inner.call(&self.caller, &url).await {
                Ok(response) => self.read(&url, response).await,
                Err(failure) => Err(failure),
            };
            match page {
                Ok(page) => return Ok(Some(page)),
                // Pages that were read would have to be asked for again, so a wait is worth it.
                Err(failure) => self.wait(&mut patience, failure).await?,
            }
        }
    }

    /// Waits before a page is asked for again; a failure that no wait helps goes on to the reader.
    /// What our own quota asks for has no bound: whoever asks for many pages needs as long.
    async fn wait(&mut self, patience: &mut Patience, failure: Failure) -> Result<(), Failure> {
        let clock = &self.inner.clock;
        let now = clock.now();
        let asked_for = failure.retry_at().is_some();
        let Some(at) = patience
            .next_try(&failure, now)
            .filter(|_| self.waits || !asked_for)
        else {
            return Err(failure);
        };
        // At least a second: a time that has passed already must not make this a busy loop.
        let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
        let wait = wait.max(Duration::from_secs(1));
        if !failure.is_quota_wait() {
            self.wait_left = match self.wait_left.checked_sub(wait) {
                Some(left) => left,
                None => return Err(failure),
            };
        }
        clock.sleep(wait).await;
        Ok(())
    }

    /// Reads a page, and where the next one is.
    async fn read(&mut self, asked: &Url, response: Response) -> Result<Bytes, Failure> {
        let response = match response.status() {
            status if status.is_redirection() => {
                let link = DownloadLink::from_headers(response.headers(), asked)?;
                self.inner.download(link).await?
            }
            _ => response,
        };
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Bytes::new());
        }
        let mut body = Body::new(response, GRAPH, self.bytes_left.min(PAGE_BYTES))?;
        let text = body.whole().await?;
        self.bytes_left -= body.received();
        if text.trim_ascii().is_empty() {
            return Ok(Bytes::new());
        }
        let json = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let page: Page = serde_json::from_slice(json).map_err(|error| {
            Failure::try_again("no-page", "the answer is no page of a JSON report").because(error)
        })?;
        self.next = page
            .next_link
            .map(|link| self.check(asked, &link))
            .transpose()?;
        let mut bytes = BytesMut::with_capacity(json.len() + 1);
        bytes.extend_from_slice(json);
        bytes.put_u8(b'\n');
        Ok(bytes.freeze())
    }

    /// The next page is asked for with our token, so it must be Graph's own; and a link that was
    /// followed before would go round in circles.
    fn check(&mut self, asked: &Url, link: &str) -> Result<Url, Failure> {
        let refused = |why: &str| {
            Failure::give_up(
                "next-link",
                format!("the link to the reply's next page {why}"),
            )
        };
        let url = Url::parse(link).map_err(|_| refused("is no URL"))?;
        if !same_origin(&url, asked) {
            return Err(refused("leads to another host"));
        }
        if link.split_once('?').map(|(_, query)| query) != url.query() {
            return Err(refused("cannot be followed as it was written"));
        }
        if !self.seen.insert(url.clone()) {
            return Err(refused("goes round in circles"));
        }
        Ok(url)
    }
}
