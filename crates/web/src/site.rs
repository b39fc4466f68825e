//! What every request finds: the engine, the tables, the templates.

use std::{ops::Deref, sync::Arc};

use exmetrics_engine::{Engine, TableReader};
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::SecretString;

use crate::{
    api::Turns,
    figures,
    kept::Tables,
    pages::{Attempts, Desk, Figures},
    views::Views,
};

/// How the pages are reached.
#[derive(Debug, Clone)]
pub struct SiteOptions {
    /// The address that people open, without a path: `http://127.0.0.1:8365`.
    pub origin: String,
    /// Whether only this machine can reach it.
    pub only_this_machine: bool,
}

impl SiteOptions {
    /// Whether what a browser sends is encrypted on its way.
    pub(crate) fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The service itself speaks plain http, so encryption is somebody else's, in front of it.
    pub(crate) fn is_behind_a_proxy(&self) -> bool {
        self.is_https()
    }
}

/// Who people are the issuer says, and what they may do these lists: addresses, `@domain`, `role:NAME` for
/// a role or group that the issuer tells of, or `*` for everybody whom the issuer lets in.
#[derive(Debug, Clone)]
pub struct OpenIdOptions {
    /// The issuer's address.
    pub issuer: String,
    /// What exmetrics is called there.
    pub client_id: String,
    /// How it proves that it is.
    pub client_secret: Option<SecretString>,
    /// Who may change everything.
    pub admins: Vec<String>,
    /// Who may look.
    pub viewers: Vec<String>,
}

/// The parts of the site. Clones share them.
#[derive(Clone)]
pub struct Site(Arc<Parts>);

/// The parts.
pub struct Parts {
    pub(crate) engine: Arc<Engine>,
    pub(crate) reader: Arc<dyn TableReader>,
    pub(crate) options: SiteOptions,
    pub(crate) openid: Option<OpenIdOptions>,
    pub(crate) views: Views,
    pub(crate) tables: Tables,
    pub(crate) charts: Figures,
    pub(crate) desk: Desk,
    pub(crate) figures: PrometheusHandle,
    /// Those who ask at the same time.
    pub(crate) turns: Turns,
    /// Sign-ins of people that are under way.
    pub(crate) attempts: Attempts,
}

impl Site {
    /// Puts the parts together.
    pub fn new(engine: Arc<Engine>, reader: Arc<dyn TableReader>, options: SiteOptions) -> Self {
        Self::with_openid(engine, reader, options, None)
    }

    /// The same, where people may sign in at an OpenID Connect issuer.
    pub fn with_openid(
        engine: Arc<Engine>,
        reader: Arc<dyn TableReader>,
        options: SiteOptions,
        openid: Option<OpenIdOptions>,
    ) -> Self {
        Self(Arc::new(Parts {
            engine,
            reader,
            options,
            openid,
            views: Views::new(),
            tables: Tables::new(),
            charts: Figures::default(),
            desk: Desk::default(),
            figures: figures::recorder(),
            turns: Turns::default(),
            attempts: Attempts::default(),
        }))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.engine.clock().now()
    }
}

impl Deref for Site {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site")
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}
