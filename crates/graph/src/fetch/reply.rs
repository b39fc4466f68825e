//! What a request brings.

use std::fmt;

use bytes::Bytes;
use exmetrics_catalog::ReplyFormat;
use futures::stream::BoxStream;

use crate::Failure;

/// A reply whose body is still on its way.
pub struct Reply {
    /// How to read the body.
    pub format: ReplyFormat,
    /// Microsoft's id of the request, for a support case.
    pub request_id: Option<String>,
    /// CSV: the bytes as they come, none for an empty reply. JSON: each page's bytes followed by a
    /// newline; the next page is asked for when it is read. After a failure nothing follows.
    pub body: BoxStream<'static, Result<Bytes, Failure>>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("format", &self.format)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}
