//! The public half of an app's certificate: read from PEM or DER, and what a client assertion is
//! checked with.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    signature::{
        RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
        VerificationAlgorithm,
    },
};

use crate::{SimError, der};

/// A certificate or public key that the app is registered with.
#[derive(Clone)]
pub struct TrustedCertificate {
    /// `RSAPublicKey` of PKCS #1, in DER.
    key: Vec<u8>,
    sha1: Option<Vec<u8>>,
    sha256: Option<Vec<u8>>,
}

impl std::fmt::Debug for TrustedCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrustedCertificate").finish_non_exhaustive()
    }
}

impl TrustedCertificate {
    /// Reads an X.509 certificate, a public key (`BEGIN PUBLIC KEY`) or an RSA public key, in PEM or
    /// DER. Of a certificate the thumbprints are known; a bare key is found by its signature alone.
    ///
    /// # Errors
    /// [`SimError::Certificate`] if it is none of these.
    pub fn read(pem_or_der: &[u8]) -> Result<Self, SimError> {
        let der = match std::str::from_utf8(pem_or_der) {
            Ok(text) if text.contains("-----BEGIN") => from_pem(text)?,
            _ => pem_or_der.to_vec(),
        };
        if let Some(key) = der::key_of_certificate(&der) {
            let sha1 = Some(digest(&SHA1_FOR_LEGACY_USE_ONLY, &der).as_ref().to_vec());
            let sha256 = Some(digest(&SHA256, &der).as_ref().to_vec());
            return Ok(Self {
                key: key.to_vec(),
                sha1,
                sha256,
            });
        }
        let key = der::key_of_public_key(&der)
            .or_else(|| der::is_rsa_key(&der).then_some(der.as_slice()))
            .ok_or(SimError::Certificate("no RSA key in it"))?;
        Ok(Self {
            key: key.to_vec(),
            sha1: None,
            sha256: None,
        })
    }

    /// Whether the header of an assertion names this certificate, by either thumbprint. A bare key
    /// answers to any.
    pub(crate) fn is_named(&self, x5t: Option<&[u8]>, x5t_s256: Option<&[u8]>) -> bool {
        if self.sha1.is_none() && self.sha256.is_none() {
            return true;
        }
        let agrees = |own: &Option<Vec<u8>>, given: Option<&[u8]>| match given {
            Some(given) => own.as_deref() == Some(given),
            None => true,
        };
        (x5t.is_some() || x5t_s256.is_some())
            && agrees(&self.sha1, x5t)
            && agrees(&self.sha256, x5t_s256)
    }

    /// Whether the signature is this key's. Any algorithm but RS256 and PS256 is refused.
    pub(crate) fn verifies(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &'static dyn VerificationAlgorithm = match algorithm {
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, &self.key)
            .verify(message, signature)
            .is_ok()
    }
}

/// The first certificate or public key among the blocks of a PEM text.
fn from_pem(text: &str) -> Result<Vec<u8>, SimError> {
    for label in ["CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY"] {
        let (begin, end) = (
            format!("-----BEGIN {label}-----"),
            format!("-----END {label}-----"),
        );
        let block = text
            .split_once(&begin)
            .and_then(|(_, rest)| rest.split_once(&end));
        if let Some((body, _)) = block {
            let body: String = body.split_whitespace().collect();
            return STANDARD
                .decode(body)
                .map_err(|_| SimError::Certificate("damaged base64"));
        }
    }
    Err(SimError::Certificate(
        "no block of a certificate or public key",
    ))
}
