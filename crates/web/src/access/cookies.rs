//! The two cookies: one for a session, one for a visit before it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::COOKIE, header::SET_COOKIE};
use exmetrics_store::Pass;

use crate::site::Site;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Whoever shows it is signed in.
    Session,
    /// Belongs to one browser that is about to sign in, and lets nobody in.
    Visit,
}

impl Cookie {
    /// Where the address is https the name itself forbids that another host or path sets it.
    fn name(self, site: &Site) -> String {
        let name = match self {
            Self::Session => "exmetrics_session",
            Self::Visit => "exmetrics_visit",
        };
        match site.options.is_https() {
            true => format!("__Host-{name}"),
            false => name.to_owned(),
        }
    }

    /// The cookie that a browser shows.
    pub(crate) fn shown(self, site: &Site, headers: &HeaderMap) -> Option<Pass> {
        let name = self.name(site);
        let lines = headers.get_all(COOKIE).into_iter();
        lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, value)| *key == name && !value.is_empty())
            .map(|(_, value)| Pass::shown(value))
    }

    /// Gives the browser a cookie, for as long as it is open.
    pub(crate) fn set(self, site: &Site, pass: &Pass) -> (HeaderName, HeaderValue) {
        self.header(site, pass.reveal(), "")
    }

    /// Takes it away.
    pub(crate) fn clear(self, site: &Site) -> (HeaderName, HeaderValue) {
        self.header(site, "", "; Max-Age=0")
    }

    fn header(self, site: &Site, value: &str, more: &str) -> (HeaderName, HeaderValue) {
        let secure = match site.options.is_https() {
            true => "; Secure",
            false => "",
        };
        let name = self.name(site);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
        // Nothing in it can be anything but plain letters; an empty header would set nothing.
        let text = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        (SET_COOKIE, text)
    }
}
