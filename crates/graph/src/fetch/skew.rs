//! How far this machine's clock is from Microsoft's: assertions and tokens are refused when it is far.

use exmetrics_catalog::Cloud;
use http::header::DATE;
use jiff::{SignedDuration, fmt::rfc2822};

use super::request::Graph;
use crate::endpoint::cloud_address;

impl Graph {
    /// How far ahead this machine's clock is of the sign-in host's, to the second; `None` when the host
    /// does not say. Nothing of ours goes along.
    pub async fn clock_skew(&self, cloud: &Cloud) -> Option<SignedDuration> {
        let url = cloud_address("sign-in", &cloud.login_url).ok()?;
        let inner = &self.inner;
        let response = inner.http.0.head(url).send().await.ok()?;
        let now = inner.clock.now();
        let date = response.headers().get(DATE)?.to_str().ok()?;
        let theirs = rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
        Some(now.duration_since(theirs))
    }
}
