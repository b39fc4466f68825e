//! The body of an answer: looked at before it is believed, bounded, and checked to be whole.

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use reqwest::Response;
use url::Url;

use super::download::DownloadLink;
use crate::{Failure, transport::transport_failure};

/// A link is shorter than this.
const MAX_LINK: usize = 16 * 1024;

/// An error body is read so far.
const MAX_ERROR: usize = 256 * 1024;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A body that is still arriving, and never grows beyond what is left of the reply's bound.
pub(super) struct Body {
    response: Response,
    name: &'static str,
    expected: Option<u64>,
    received: u64,
    limit: u64,
}

/// What a body turns out to be.
pub(super) enum Kind {
    /// The report: what was read of it so far.
    Report(Bytes),
    /// The address of the report.
    Link(DownloadLink),
}

impl Body {
    /// The body of an answer of a host, `limit` bytes at the most.
    pub(super) fn new(response: Response, name: &'static str, limit: u64) -> Result<Self, Failure> {
        let expected = response.content_length();
        if expected.is_some_and(|expected| expected > limit) {
            return Err(too_large(limit));
        }
        Ok(Self {
            response,
            name,
            expected,
            received: 0,
            limit,
        })
    }

    /// The next bytes; `None` at the end of a body that came whole.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunk = self.response.chunk().await;
        let Some(chunk) = chunk.map_err(|error| transport_failure(self.name, error))? else {
            if self
                .expected
                .is_some_and(|expected| expected != self.received)
            {
                let message = format!("the reply of {} broke off", self.name);
                return Err(Failure::try_again("truncated", message));
            }
            return Ok(None);
        };
        self.received += chunk.len() as u64;
        if self.received > self.limit {
            return Err(too_large(self.limit));
        }
        Ok(Some(chunk))
    }

    /// Reads until it is clear that this is CSV, or a link to it.
    pub(super) async fn kind(&mut self, from: &Url) -> Result<Kind, Failure> {
        let mut head = BytesMut::new();
        loop {
            let more = self.next().await?;
            let ended = more.is_none();
            head.extend_from_slice(&more.unwrap_or_default());
            let text = head.strip_prefix(BOM).unwrap_or(&head).trim_ascii_start();
            // A few bytes are not enough to tell a BOM or a scheme from a header.
            if text.len() < 8 && !ended {
                continue;
            }
            match text.first() {
                Some(b'<') => return Err(no_report("html", "a web page")),
                Some(b'{' | b'[') => return Err(no_report("json", "JSON")),
                _ => {}
            }
            if !looks_like_link(text) {
                return Ok(Kind::Report(head.freeze()));
            }
            if ended && text.len() <= MAX_LINK {
                let text = str::from_utf8(text).map_err(|_| no_report("redirect", "no text"))?;
                let text = text.trim_end().trim_matches('"');
                return DownloadLink::read(text, from).map(Kind::Link);
            }
            if ended || text.len() > MAX_LINK {
                return Ok(Kind::Report(head.freeze()));
            }
        }
    }

    /// Everything, for pages that are read as a whole.
    pub(super) async fn whole(&mut self) -> Result<Bytes, Failure> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// How much of it came.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// The rest as a stream, after what was read already.
    pub(super) fn stream(
        self,
        first: Bytes,
    ) -> impl Stream<Item = Result<Bytes, Failure>> + Send + 'static {
        let rest = stream::unfold(Some(self), |body| async {
            let mut body = body?;
            match body.next().await {
                Ok(None) => None,
                Ok(Some(chunk)) => Some((Ok(chunk), Some(body))),
                Err(failure) => Some((Err(failure), None)),
            }
        });
        let first = (!first.is_empty()).then_some(Ok(first));
        stream::iter(first).chain(rest)
    }
}

/// What an error body says; whatever cannot be read of it is left out.
pub(super) async fn error_body(mut response: Response) -> Bytes {
    let mut all = BytesMut::new();
    while let Ok(Some(chunk)) = response.chunk().await
        && all.len() < MAX_ERROR
    {
        all.extend_from_slice(&chunk);
    }
    all.freeze()
}

/// Whether a body may be one URL and nothing else: a scheme first, and no second line, space or
/// comma-separated cell.
fn looks_like_link(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let bare = text.strip_prefix(b"\"").unwrap_or(text);
    let scheme = |scheme: &[u8]| {
        bare.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    (scheme(b"https://") || scheme(b"http://")) && !text.iter().any(u8::is_ascii_whitespace)
}

fn no_report(code: &str, what: &str) -> Failure {
    Failure::try_again(code, format!("the answer is {what} instead of a report"))
}

fn too_large(limit: u64) -> Failure {
    Failure::give_up(
        "too-large",
        format!("the reply is larger than {limit} bytes"),
    )
    .next("Raise the bound on the size of a reply in the configuration.")
}
