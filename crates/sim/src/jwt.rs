//! Client assertions as they come in, and access tokens as they look going out.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

use crate::{TrustedCertificate, hash};

/// A signed token, taken apart but not yet believed.
#[derive(Debug)]
pub(crate) struct Jwt {
    pub(crate) header: JwtHeader,
    pub(crate) claims: Claims,
    signed: String,
    signature: Vec<u8>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JwtHeader {
    pub(crate) alg: String,
    #[serde(default)]
    pub(crate) x5t: Option<String>,
    #[serde(default, rename = "x5t#S256")]
    pub(crate) x5t_s256: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: Option<String>,
    pub(crate) sub: Option<String>,
    pub(crate) aud: Option<Value>,
    pub(crate) exp: Option<i64>,
    pub(crate) nbf: Option<i64>,
    pub(crate) jti: Option<String>,
}

impl Jwt {
    /// Takes the compact form apart.
    pub(crate) fn parse(compact: &str) -> Option<Self> {
        let (signed, signature) = compact.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?,
            claims: serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
            signed: signed.to_owned(),
        })
    }

    /// Whether one key made the signature.
    pub(crate) fn is_signed_by(&self, key: &TrustedCertificate) -> bool {
        key.verifies(&self.header.alg, self.signed.as_bytes(), &self.signature)
    }

    /// The thumbprints that the header gives: (SHA-1, SHA-256).
    pub(crate) fn thumbprints(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let decode = |text: &Option<String>| {
            // A thumbprint that cannot be read is one that names nothing.
            text.as_ref().map(|text| {
                URL_SAFE_NO_PAD
                    .decode(text.trim_end_matches('='))
                    .unwrap_or_default()
            })
        };
        (decode(&self.header.x5t), decode(&self.header.x5t_s256))
    }

    /// The audience, where it is one text.
    pub(crate) fn audience(&self) -> Option<&str> {
        self.claims.aud.as_ref().and_then(Value::as_str)
    }
}

/// A token that looks signed. Nobody but this tenant reads it, and it looks it up.
pub(crate) fn looks_signed(claims: &Value, salt: u64) -> String {
    let header = r#"{"typ":"JWT","alg":"RS256","kid":"simulated"}"#;
    let signature: Vec<u8> = (0..32)
        .flat_map(|part| hash::pair(salt, part).to_be_bytes())
        .collect();
    format!(
        "{}.{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims.to_string()),
        URL_SAFE_NO_PAD.encode(signature)
    )
}
