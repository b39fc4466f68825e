//! Secrets at rest: sealed with XChaCha20-Poly1305, each bound to the row it belongs to, so that one
//! cannot be put in another's place.

use std::{fmt, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::RngExt as _;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::{StoreError, StoreErrorKind};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// The key that seals secrets.
#[derive(Clone)]
pub struct SealingKey(Arc<SecretBox<[u8; KEY_BYTES]>>);

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey")
    }
}

impl SealingKey {
    /// The key written as base64, as it comes from the environment.
    ///
    /// # Errors
    /// When it is not 32 bytes of base64.
    pub fn from_base64(text: &SecretString) -> Result<Self, StoreError> {
        let wrong = || {
            StoreError::new(
                StoreErrorKind::WrongKey,
                "the sealing key is not 32 bytes written as base64",
            )
        };
        let bytes = BASE64
            .decode(text.expose_secret().trim())
            .map_err(|_| wrong())?;
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| wrong())?;
        Ok(Self(Arc::new(SecretBox::new(Box::new(bytes)))))
    }

    /// A key of its own, kept nowhere.
    pub fn random() -> Self {
        let mut bytes = [0_u8; KEY_BYTES];
        rand::rng().fill(&mut bytes);
        Self(Arc::new(SecretBox::new(Box::new(bytes))))
    }

    /// The key in a file that its owner alone can read; made if it is not there.
    ///
    /// # Errors
    /// When the file cannot be read or made, or others can read it.
    pub fn from_file(file: &Path) -> Result<Self, StoreError> {
        match std::fs::read_to_string(file) {
            Ok(text) => {
                refuse_if_others_can_read(file)?;
                Self::from_base64(&SecretString::from(text))
                    .map_err(|error| error.in_key_file(file))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::make(file),
            Err(error) => Err(key_file_error(file, error)),
        }
    }

    fn make(file: &Path) -> Result<Self, StoreError> {
        let mut bytes = [0_u8; KEY_BYTES];
        rand::rng().fill(&mut bytes);
        let text = SecretString::from(BASE64.encode(bytes));
        // Written whole under a name of its own first: two that start together end with one key.
        let fresh = file.with_added_extension(format!("new-{}", uuid::Uuid::new_v4()));
        let written = write_for_owner(&fresh, text.expose_secret());
        let linked = written.and_then(|()| std::fs::hard_link(&fresh, file));
        let removed = std::fs::remove_file(&fresh);
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Self::from_file(file);
            }
            Err(error) => return Err(key_file_error(file, error)),
        }
        // A secret must not be sealed with a key that a power cut can take away.
        removed
            .and_then(|()| keep_folder(file))
            .map_err(|error| key_file_error(file, error))?;
        Self::from_base64(&text)
    }

    /// Seals a secret for one owner.
    pub(crate) fn seal(&self, owner: &str, secret: &SecretString) -> Result<String, StoreError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        rand::rng().fill(&mut nonce);
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: owner.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::new(StoreErrorKind::Other, "the secret cannot be sealed"))?;
        Ok(BASE64.encode([nonce.as_slice(), sealed.as_slice()].concat()))
    }

    /// Opens what [`SealingKey::seal`] made for the same owner.
    pub(crate) fn open(&self, owner: &str, sealed: &str) -> Result<SecretString, StoreError> {
        let wrong = || {
            StoreError::new(
                StoreErrorKind::WrongKey,
                "the secret cannot be opened: the key is not the one that sealed it. Use the key \
                 file that belongs to this home, or enter the secret again",
            )
        };
        let bytes = BASE64.decode(sealed).map_err(|_| wrong())?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or_else(wrong)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| wrong())?;
        let payload = Payload {
            msg: sealed,
            aad: owner.as_bytes(),
        };
        let open = self
            .cipher()
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| wrong())?;
        String::from_utf8(open)
            .map(SecretString::from)
            .map_err(|_| wrong())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0.expose_secret()).into())
    }
}

impl StoreError {
    fn in_key_file(mut self, file: &Path) -> Self {
        self.message = format!("{} (in {})", self.message, file.display());
        self
    }
}

fn key_file_error(file: &Path, error: std::io::Error) -> StoreError {
    StoreError {
        kind: StoreErrorKind::Other,
        message: format!("the key file {} cannot be read or made", file.display()),
        source: Some(Box::new(error)),
    }
}

#[cfg(unix)]
fn write_for_owner(file: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Puts the folder's list of files on the disk.
#[cfg(unix)]
fn keep_folder(file: &Path) -> std::io::Result<()> {
    std::path::absolute(file)?
        .parent()
        .map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn keep_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn write_for_owner(file: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(file, text)
}

#[cfg(unix)]
fn refuse_if_others_can_read(file: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).map_err(|error| key_file_error(file, error))?;
    if mode.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(StoreError::new(
        StoreErrorKind::WrongKey,
        format!(
            "others can read the key file {0}; run: chmod 600 {0}",
            file.display()
        ),
    ))
}

#[cfg(not(unix))]
fn refuse_if_others_can_read(_: &Path) -> Result<(), StoreError> {
    Ok(())
}
