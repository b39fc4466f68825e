//! What a simulated tenant is like, before it starts.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use jiff::Timestamp;
use secrecy::SecretString;

use crate::{FaultRule, TrustedCertificate};

/// The tenant, the app that is registered in it, and how it behaves.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// How many people work there at any time; leavers come on top.
    pub people: u32,
    /// The same seed tells the same story.
    pub seed: u64,
    /// Where its clock starts; time then runs on.
    pub now: Timestamp,
    /// Where sign-in and Graph listen.
    pub login_graph_listen: SocketAddr,
    /// Where replies are downloaded.
    pub download_listen: SocketAddr,
    /// A GUID.
    pub tenant_id: String,
    /// The verified domain; principal names end with it.
    pub tenant_domain: String,
    /// The id of the registered app.
    pub client_id: String,
    /// The app's secret; `None` where it has none.
    pub client_secret: Option<SecretString>,
    /// The app's registered certificates or public keys.
    pub certificates: Vec<TrustedCertificate>,
    /// Whose tokens the app trusts in place of a secret.
    pub federated: Vec<FederatedIdentity>,
    /// Redirect URIs of the desktop platform. The port of a loopback address is not compared.
    pub redirect_uris: Vec<String>,
    /// Whether the app may sign people in without proving who it is (device code needs it).
    pub public_client_flows: bool,
    /// Which permissions the app has been granted.
    pub granted: Granted,
    /// Whether somebody agreed to the app's delegated permissions; AADSTS65001 otherwise.
    pub consented: bool,
    /// The role of the person who signs in.
    pub person_role: PersonRole,
    /// What the person does who sits at the browser.
    pub person: PersonAtBrowser,
    /// Whether names are concealed.
    pub concealed: bool,
    /// How many days the figures lie behind.
    pub lag_days: u8,
    /// How many requests are answered.
    pub quota: Quota,
    /// Whether figures of days younger than five days still change from day to day.
    pub restate: bool,
    /// Whether the reporting backend does not know the tenant yet (404 `UnknownTenantId`).
    pub new_tenant: bool,
    /// What goes wrong.
    pub faults: Vec<FaultRule>,
    /// A detail reply of exactly this many rows, for benchmarks.
    pub rows_override: Option<u64>,
    /// How long an access token is good.
    pub token_lifetime: Duration,
    /// How long a download link is good.
    pub link_lifetime: Duration,
    /// How long to wait between two questions about a device code.
    pub device_interval: Duration,
}

/// The permissions an administrator has granted to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// `Reports.Read.All`
    pub reports: bool,
    /// `ReportSettings.Read.All`
    pub report_settings: bool,
    /// `ReportSettings.ReadWrite.All`
    pub report_settings_write: bool,
}

/// A workload outside of Entra that may act as the app.
#[derive(Debug, Clone)]
pub struct FederatedIdentity {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `sub` of its tokens.
    pub subject: String,
    /// The `aud` of its tokens.
    pub audience: String,
    /// The key that its tokens are signed with; `None` leaves the signature unread.
    pub key: Option<TrustedCertificate>,
}

/// The directory role of the person who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonRole {
    /// Global Administrator: reads every report.
    Administrator,
    /// Reads every report but those on the use of APIs.
    ReportsReader,
    /// Reads figures of the tenant, but no detail, and nothing of Copilot.
    GlobalReader,
    /// Reads nothing.
    None,
}

/// What happens where a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonAtBrowser {
    /// A page is shown and waits for a click.
    Asked,
    /// The person agrees before the page is drawn; a device code is approved as soon as it is asked
    /// about.
    AgreesAtOnce,
    /// The person declines.
    Declines,
}

/// Requests per report function and app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// For CSV.
    pub csv: u32,
    /// For JSON.
    pub json: u32,
    /// Within this time.
    pub window: Duration,
}

impl Default for Granted {
    fn default() -> Self {
        Self {
            reports: true,
            report_settings: true,
            report_settings_write: false,
        }
    }
}

impl Default for Quota {
    /// Microsoft's own: <https://learn.microsoft.com/graph/throttling-limits>
    fn default() -> Self {
        Self {
            csv: 14,
            json: 100,
            window: Duration::from_secs(600),
        }
    }
}

impl Default for SimOptions {
    fn default() -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            people: 200,
            seed: 365,
            now: Timestamp::now(),
            login_graph_listen: any_port,
            download_listen: any_port,
            tenant_id: "3f1c2a54-7d0e-4b61-9a58-0c5e7a1b2d43".into(),
            tenant_domain: "contoso.example".into(),
            client_id: "8a6b1c7e-52d4-4f0b-8e39-6d2f4c9b7a10".into(),
            client_secret: Some("simulated~client-secret.for-tests-only".into()),
            certificates: Vec::new(),
            federated: Vec::new(),
            redirect_uris: vec!["http://localhost".into(), "http://127.0.0.1".into()],
            public_client_flows: true,
            granted: Granted::default(),
            consented: true,
            person_role: PersonRole::Administrator,
            person: PersonAtBrowser::Asked,
            concealed: false,
            lag_days: 2,
            quota: Quota::default(),
            restate: false,
            new_tenant: false,
            faults: Vec::new(),
            rows_override: None,
            token_lifetime: Duration::from_secs(3599),
            link_lifetime: Duration::from_secs(300),
            device_interval: Duration::from_secs(5),
        }
    }
}
