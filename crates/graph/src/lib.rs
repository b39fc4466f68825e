//! Microsoft: sign in, tokens, quota, redirects, download. The only room with an HTTP client for
//! Microsoft; it knows the catalogue and nothing else of ours.
//!
//! A [`Session`] signs in for one account and hands out tokens; [`Graph`] makes one request with it
//! and answers with a [`Reply`] whose body streams. Whatever goes wrong is a [`Failure`], which says
//! how it ends ([`Settle`]) and what a person can do. Trying again belongs to the caller, who finds
//! the bounds for it in [`Patience`]; keeping quota windows and rotated tokens belongs to the store,
//! which comes in as [`QuotaGate`] and [`RefreshTokenKeeper`].

mod clock;
mod endpoint;
mod failure;
mod fetch;
mod http_client;
mod patience;
mod quota;
mod retry_after;
mod sign_in;
mod transport;

pub use clock::{Clock, SystemClock};
pub use endpoint::cloud_address;
pub use failure::{Failure, QUOTA, Settle};
pub use fetch::{Graph, Reply, ReportSettings};
pub use http_client::{HttpClient, Limits, Proxy, http_client, install_crypto_provider};
pub use patience::Patience;
pub use quota::{Admission, GateError, QuotaGate, QuotaKey, Ticket};
pub use sign_in::{
    AccessToken, AppRegistration, AssertionAlgorithm, BrowserSignIn, Certificate, CertificateError,
    Credentials, DelegatedScope, DeviceSignIn, KeepError, Loan, RefreshTokenKeeper, Session,
    SignInMethod, SignedIn, begin_browser_sign_in, begin_device_sign_in,
};
