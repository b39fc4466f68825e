//! People and programs that are let in: by a password, a one-time link, an API token. From the command
//! line and from a page alike.

use std::{
    net::IpAddr,
    sync::{Arc, LazyLock},
};

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use exmetrics_store::{ApiToken, NewPerson, NewToken, Pass, Person, Role, Scope, TryAnswer};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::{Engine, EngineError, EngineErrorKind};

/// A password has so many characters at least. Length is what counts; no signs are demanded.
pub const SHORTEST_PASSWORD: usize = 12;

/// And so many at most: hashing is not to be made long by whoever asks for it.
const LONGEST_PASSWORD: usize = 1000;

/// A one-time link is good for so long.
pub const LINK_LIVES: SignedDuration = SignedDuration::from_mins(15);

/// How an API token begins, so that one that leaks is known for what it is.
pub const TOKEN_BEGINNING: &str = "exm_";

/// So many passwords are hashed at once: each takes 19 MiB and a thread.
static HASHING: Semaphore = Semaphore::const_new(4);

/// What an unknown name is compared with, so that it takes as long as a known one.
static NOBODY: LazyLock<Option<Arc<SecretString>>> = LazyLock::new(|| {
    let nobody = Pass::new("");
    let hash = Argon2::default().hash_password(nobody.reveal().as_bytes());
    hash.ok()
        .map(|hash| Arc::new(SecretString::from(hash.to_string())))
});

/// How it went with a name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordAnswer {
    /// They belong together.
    Right(Person),
    /// They do not; so many more tries before there is a wait.
    Wrong(u32),
    /// Too many were wrong: not before.
    Wait(Timestamp),
}

impl Engine {
    /// Adds a person who signs in with a password.
    ///
    /// # Errors
    /// When the name is taken or cannot be used, or the password is too short.
    pub async fn add_person(
        &self,
        name: &str,
        role: Role,
        password: &SecretString,
    ) -> Result<Person, EngineError> {
        let hash = hash(password).await?;
        let new = NewPerson {
            name,
            role,
            password_hash: Some(&hash),
        };
        Ok(self.store.add_person(&new, self.clock.now()).await?)
    }

    /// Gives a person another password, and ends the person's sessions but one.
    ///
    /// # Errors
    /// When the password is too short, or the person comes from an OpenID Connect issuer.
    pub async fn set_password(
        &self,
        person: &Person,
        password: &SecretString,
        but_session: Option<&str>,
    ) -> Result<(), EngineError> {
        if person.subject.is_some() {
            let message = format!("{} signs in by OpenID Connect", person.name);
            return Err(EngineError::new(EngineErrorKind::WrongArgument, message)
                .next("The password is changed where the person signs in."));
        }
        let hash = hash(password).await?;
        Ok(self
            .store
            .set_password(&person.id, &hash, but_session)
            .await?)
    }

    /// Looks at a name and a password. Wrong ones are counted for the name and for the address.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn try_password(
        &self,
        name: &str,
        password: &SecretString,
        address: Option<IpAddr>,
    ) -> Result<PasswordAnswer, EngineError> {
        let for_name = format!("name {}", name_of_try(name));
        let for_address = format!("address {}", address.map(network).unwrap_or_default());
        let subjects = [for_name.as_str(), for_address.as_str()];
        let left = match self.store.take_try(&subjects, self.clock.now()).await? {
            TryAnswer::Wait(until) => return Ok(PasswordAnswer::Wait(until)),
            TryAnswer::Go(left) => left,
        };
        let (person, hash) = match self.store.password_hash(name).await? {
            Some((person, hash)) => (Some(person), Some(Arc::new(hash))),
            None => (None, None),
        };
        let right = is_password_of(hash, password).await?;
        match person.filter(|_| right) {
            Some(person) => {
                self.store.forget_tries(&subjects).await?;
                Ok(PasswordAnswer::Right(person))
            }
            None => Ok(PasswordAnswer::Wrong(left)),
        }
    }

    /// Makes a link that lets in the administrator, once, within a quarter of an hour. The word that ends
    /// its address.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn new_link(&self) -> Result<Pass, EngineError> {
        let pass = Pass::new("");
        let until = self.clock.now().saturating_add(LINK_LIVES);
        self.store
            .add_link(&pass, until.unwrap_or(Timestamp::MAX))
            .await?;
        Ok(pass)
    }

    /// Uses a link up: who is let in by it, if it was good.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn use_link(&self, pass: &Pass) -> Result<Option<Person>, EngineError> {
        let now = self.clock.now();
        match self.store.use_link(pass, now).await? {
            true => Ok(Some(self.store.first_administrator(now).await?)),
            false => Ok(None),
        }
    }

    /// Makes an API token. Its word is known now and never again.
    ///
    /// # Errors
    /// When the name is taken or cannot be used.
    pub async fn add_token(
        &self,
        name: &str,
        scope: Scope,
        person_id: Option<&str>,
        lives: Option<SignedDuration>,
    ) -> Result<(ApiToken, Pass), EngineError> {
        let now = self.clock.now();
        let pass = Pass::new(TOKEN_BEGINNING);
        let new = NewToken {
            name,
            pass: &pass,
            scope,
            person_id,
            expires_at: lives.map(|lives| now.saturating_add(lives).unwrap_or(Timestamp::MAX)),
        };
        Ok((self.store.add_token(&new, now).await?, pass))
    }
}

/// What is wrong with a password, in words.
pub fn password_problem(password: &SecretString) -> Option<String> {
    match password.expose_secret().chars().count() {
        length if length < SHORTEST_PASSWORD => Some(format!(
            "At least {SHORTEST_PASSWORD} characters. This has {length}."
        )),
        length if length > LONGEST_PASSWORD => Some(format!(
            "At most {LONGEST_PASSWORD} characters. This has {length}."
        )),
        _ => None,
    }
}

/// Names differ as people's names do; what nobody could be called is all one.
fn name_of_try(name: &str) -> String {
    name.trim().to_lowercase().chars().take(200).collect()
}

/// An address as one who has it could not easily have another: of version 6 whoever has one has 2⁶⁴.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

/// The argon2id hash of a password, with the crate's figures, which are OWASP's: 19 MiB, twice.
async fn hash(password: &SecretString) -> Result<SecretString, EngineError> {
    if let Some(problem) = password_problem(password) {
        let message = format!("the password is unusable: {problem}");
        return Err(EngineError::new(EngineErrorKind::WrongArgument, message)
            .next("Some words in a row make a good one."));
    }
    let password = password.clone();
    on_a_thread(move || {
        let hash = Argon2::default().hash_password(password.expose_secret().as_bytes());
        hash.ok().map(|hash| SecretString::from(hash.to_string()))
    })
    .await?
    .ok_or_else(|| EngineError::new(EngineErrorKind::Failed, "the password cannot be hashed"))
}

async fn is_password_of(
    hash: Option<Arc<SecretString>>,
    password: &SecretString,
) -> Result<bool, EngineError> {
    let password = password.clone();
    on_a_thread(move || {
        let Some(hash) = hash.or_else(|| NOBODY.clone()) else {
            return false;
        };
        PasswordHash::new(hash.expose_secret()).is_ok_and(|hash| {
            let password = password.expose_secret().as_bytes();
            Argon2::default().verify_password(password, &hash).is_ok()
        })
    })
    .await
}

/// Hashing takes long on purpose: nobody else is to wait for it.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, EngineError> {
    let failed = || EngineError::new(EngineErrorKind::Failed, "the password cannot be hashed");
    let _turn = HASHING.acquire().await.map_err(|_| failed())?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| failed())
}
