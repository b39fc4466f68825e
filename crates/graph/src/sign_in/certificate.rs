//! A certificate with its private key, from PEM or PFX, for signing client assertions.

use std::{fmt, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use p12_keystore::Pkcs12Archive;
use ring::signature::{KeyPair, RsaKeyPair};
use rustls::pki_types::{CertificateDer, pem};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use x509_parser::prelude::{FromDer, X509Certificate};

/// How client assertions are signed, and how they name their certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AssertionAlgorithm {
    /// RSASSA-PSS, with the certificate's SHA-256 (`x5t#S256`): what Microsoft asks for now.
    #[default]
    Ps256,
    /// RSASSA-PKCS1-v1_5, with the certificate's SHA-1 (`x5t`): what older hosts understand.
    Rs256,
}

/// A certificate and its RSA key. `Debug` tells when it ends and nothing of the key.
#[derive(Clone)]
pub struct Certificate {
    pub(super) algorithm: AssertionAlgorithm,
    pub(super) der: Vec<u8>,
    pub(super) key: Arc<RsaKeyPair>,
    key_pem: SecretString,
    expires_at: Timestamp,
}

/// A file that cannot serve as a certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// No private key in it.
    #[error("the file holds no private key")]
    NoKey,
    /// A key behind a password, in PEM.
    #[error("the private key is encrypted; decrypt it or give the certificate as PFX")]
    EncryptedKey,
    /// No certificate in it.
    #[error("the file holds no certificate")]
    NoCertificate,
    /// A key of another kind or size.
    #[error("the private key is not an RSA key of 2048 to 4096 bits")]
    UnusableKey,
    /// Two halves that do not belong together.
    #[error("no certificate in the file belongs to its private key")]
    Mismatch,
    /// Not PEM.
    #[error("the file is not PEM")]
    NotPem(#[source] pem::Error),
    /// Not a PFX, or not with this password.
    #[error("the file is not a PFX or its password is another one")]
    NotPfx(#[source] p12_keystore::error::Error),
}

impl Certificate {
    /// From a PEM file with a private key (PKCS#8 or PKCS#1) and a certificate, in any order. Of
    /// several certificates the one that belongs to the key is taken.
    ///
    /// # Errors
    /// [`CertificateError`]
    pub fn from_pem(file: &[u8]) -> Result<Self, CertificateError> {
        let text = String::from_utf8_lossy(file);
        if text.contains("ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(CertificateError::EncryptedKey);
        }
        let key = PrivateKeyDer::from_pem_slice(file).map_err(|error| match error {
            pem::Error::NoItemsFound => CertificateError::NoKey,
            error => CertificateError::NotPem(error),
        })?;
        let certificates = CertificateDer::pem_slice_iter(file)
            .collect::<Result<Vec<_>, _>>()
            .map_err(CertificateError::NotPem)?;
        Self::new(&key, certificates.iter().map(AsRef::as_ref))
    }

    /// From a PFX (PKCS#12) file. Of several certificates the one that belongs to the key is taken.
    ///
    /// # Errors
    /// [`CertificateError`]
    pub fn from_pfx(file: &[u8], password: &SecretString) -> Result<Self, CertificateError> {
        let archive = Pkcs12Archive::from_pkcs12(file, password.expose_secret())
            .map_err(CertificateError::NotPfx)?;
        let key = archive
            .keys
            .first()
            .ok_or(CertificateError::NoKey)?
            .key
            .as_der();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
        Self::new(&key, archive.certs.iter().map(|bag| bag.cert.as_der()))
    }

    fn new<'a>(
        key: &PrivateKeyDer<'_>,
        certificates: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Self, CertificateError> {
        let (pair, label, der) = match key {
            PrivateKeyDer::Pkcs8(key) => {
                let der = PrivatePkcs8KeyDer::secret_pkcs8_der(key);
                (RsaKeyPair::from_pkcs8(der), "PRIVATE KEY", der)
            }
            PrivateKeyDer::Pkcs1(key) => {
                let der = PrivatePkcs1KeyDer::secret_pkcs1_der(key);
                (RsaKeyPair::from_der(der), "RSA PRIVATE KEY", der)
            }
            _ => return Err(CertificateError::UnusableKey),
        };
        let pair = pair.map_err(|_| CertificateError::UnusableKey)?;
        let mut seen = false;
        for certificate in certificates {
            seen = true;
            let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
                continue;
            };
            if parsed.public_key().subject_public_key.data != pair.public_key().as_ref() {
                continue;
            }
            let end = parsed.validity().not_after.timestamp();
            return Ok(Self {
                algorithm: AssertionAlgorithm::default(),
                der: certificate.to_vec(),
                key: Arc::new(pair),
                key_pem: pem_block(label, der).as_str().into(),
                expires_at: Timestamp::from_second(end).unwrap_or(Timestamp::MAX),
            });
        }
        Err(if seen {
            CertificateError::Mismatch
        } else {
            CertificateError::NoCertificate
        })
    }

    /// Signs in another way.
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: AssertionAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// When the certificate ends.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Key and certificate as one PEM, to be sealed and stored; [`Certificate::from_pem`] reads it.
    pub fn to_pem(&self) -> SecretString {
        let certificate = pem_block("CERTIFICATE", &self.der);
        let both = [self.key_pem.expose_secret(), certificate.as_str()].concat();
        both.into()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// One section of PEM, in lines of 64 characters.
fn pem_block(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(BASE64_STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(body.len() * 66 / 64 + 80));
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, left) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = left;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
