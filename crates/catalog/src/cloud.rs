//! The clouds that Microsoft 365 runs in, as data.

use serde::{Deserialize, Serialize};

/// A Graph API version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ApiVersion {
    /// The released one.
    #[serde(rename = "v1.0")]
    V1,
    /// The one that may change.
    #[serde(rename = "beta")]
    Beta,
}

impl ApiVersion {
    /// The path segment.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// Which cloud a tenant lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloudName {
    /// The worldwide cloud, GCC included.
    Global,
    /// US Government L4 (GCC High).
    UsGov,
    /// US Government L5 (DoD).
    UsGovDod,
    /// Operated by 21Vianet in China.
    China,
    /// Addresses given by hand.
    Custom,
}

impl CloudName {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 5] = [
        Self::Global,
        Self::UsGov,
        Self::UsGovDod,
        Self::China,
        Self::Custom,
    ];

    /// The word in commands and pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGov => "us-gov",
            Self::UsGovDod => "us-gov-dod",
            Self::China => "china",
            Self::Custom => "custom",
        }
    }
}

impl std::fmt::Display for CloudName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for CloudName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|cloud| cloud.as_str() == text)
            .ok_or_else(|| {
                format!("'{text}' is no cloud; there are global, us-gov, us-gov-dod, china, custom")
            })
    }
}

/// A cloud and where it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cloud {
    /// Which one.
    pub name: CloudName,
    /// Where sign-in happens, without a trailing slash.
    pub login_url: String,
    /// Where Graph answers, without a trailing slash and version.
    pub graph_url: String,
}

impl Cloud {
    /// The addresses of a cloud that Microsoft names; `None` for [`CloudName::Custom`].
    ///
    /// Source: <https://learn.microsoft.com/graph/deployments>
    pub fn known(name: CloudName) -> Option<Self> {
        let (login_url, graph_url) = match name {
            CloudName::Global => (
                "https://login.microsoftonline.com",
                "https://graph.microsoft.com",
            ),
            CloudName::UsGov => (
                "https://login.microsoftonline.us",
                "https://graph.microsoft.us",
            ),
            CloudName::UsGovDod => (
                "https://login.microsoftonline.us",
                "https://dod-graph.microsoft.us",
            ),
            CloudName::China => (
                "https://login.chinacloudapi.cn",
                "https://microsoftgraph.chinacloudapi.cn",
            ),
            CloudName::Custom => return None,
        };
        Some(Self {
            name,
            login_url: login_url.into(),
            graph_url: graph_url.into(),
        })
    }

    /// A cloud whose addresses are given by hand.
    pub fn custom(login_url: &str, graph_url: &str) -> Self {
        Self {
            name: CloudName::Custom,
            login_url: login_url.trim_end_matches('/').into(),
            graph_url: graph_url.trim_end_matches('/').into(),
        }
    }
}
