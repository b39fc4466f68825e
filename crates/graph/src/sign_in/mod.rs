//! Signing in to Microsoft Entra ID, as an app by itself or as a person.

mod assertion;
mod browser;
mod certificate;
mod credentials;
mod device;
mod login_host;
mod loopback;
mod refusals;
mod session;
mod token;

pub use browser::{BrowserSignIn, begin_browser_sign_in};
pub use certificate::{AssertionAlgorithm, Certificate, CertificateError};
pub use credentials::{AppRegistration, Credentials, DelegatedScope, SignInMethod};
pub use device::{DeviceSignIn, begin_device_sign_in};
pub use session::{KeepError, Loan, RefreshTokenKeeper, Session};
pub use token::{AccessToken, SignedIn};
