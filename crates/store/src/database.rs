//! The two databases: how each is opened, and how each lets one writer at a time through.

use std::{path::Path, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Any, AnyConnection, Connection, Executor, Transaction,
    any::{AnyPoolOptions, install_default_drivers},
};
use tokio::time::Instant;

use crate::{SealingKey, Store, StoreError, migrations};

/// How long to wait for another process that writes; the same as `busy_timeout`.
const LOCK_WAIT: Duration = Duration::from_secs(15);

/// How many connections one process holds at most.
const FILE_CONNECTIONS: u32 = 4;
const SERVER_CONNECTIONS: u32 = 8;

/// Which of the two it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One file, for one machine.
    Sqlite,
    /// A server, for as many as like.
    Postgres,
}

impl Store {
    /// Opens the control database in a file, makes it if it is not there, and brings it up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is damaged, or was written by a newer version.
    pub async fn open(file: &Path, key: SealingKey) -> Result<Self, StoreError> {
        install_default_drivers();
        let url = address(file)?;
        make_for_owner(file);
        // The first connection is made by hand: a pool would try a damaged file again and again.
        let first = async {
            let mut connection = AnyConnection::connect(&url).await?;
            prepare(&mut connection).await?;
            keep_a_write_ahead_log(&mut connection).await?;
            migrations::run(&mut connection).await?;
            connection.close().await?;
            Ok::<_, StoreError>(())
        };
        first.await.map_err(|error| error.in_file(file))?;
        let pool = AnyPoolOptions::new()
            .max_connections(FILE_CONNECTIONS)
            .after_connect(|connection, _| Box::pin(prepare(connection)))
            // On a full disk a commit fails and leaves its transaction open: nobody may get that.
            .after_release(|connection, _| {
                let usable = !connection.is_in_transaction();
                Box::pin(async move { Ok(usable) })
            })
            .connect(&url)
            .await
            .map_err(|error| StoreError::from(error).in_file(file))?;
        Ok(Self {
            pool,
            kind: Kind::Sqlite,
            key,
        })
    }

    /// Opens the control database on a PostgreSQL server, by an address of the form
    /// `postgres://user:password@host:port/database`, and brings it up to date.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses, or a newer version wrote the database.
    pub async fn connect(url: &SecretString, key: SealingKey) -> Result<Self, StoreError> {
        install_default_drivers();
        let place = place_of(url)?;
        let first = async {
            let mut connection = AnyConnection::connect(url.expose_secret()).await?;
            // Two that start at once would both make the first table.
            sqlx::query("SELECT pg_advisory_lock($1)")
                .bind(MIGRATIONS)
                .execute(&mut connection)
                .await?;
            migrations::run(&mut connection).await?;
            connection.close().await?;
            Ok::<_, StoreError>(())
        };
        let waited = tokio::time::timeout(LOCK_WAIT, first)
            .await
            .unwrap_or_else(|_| Err(StoreError::from(sqlx::Error::PoolTimedOut)));
        waited.map_err(|error| error.on_server(&place))?;
        let pool = AnyPoolOptions::new()
            .max_connections(SERVER_CONNECTIONS)
            .acquire_timeout(LOCK_WAIT)
            .connect(url.expose_secret())
            .await
            .map_err(|error| StoreError::from(error).on_server(&place))?;
        Ok(Self {
            pool,
            kind: Kind::Postgres,
            key,
        })
    }

    /// The same database with another key.
    #[must_use]
    pub fn with_key(self, key: SealingKey) -> Self {
        Self { key, ..self }
    }

    /// Closes every connection; a file is whole by itself then.
    pub async fn close(self) {
        if self.kind == Kind::Sqlite {
            let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                .execute(&self.pool)
                .await;
        }
        self.pool.close().await;
    }

    /// Whether secrets are sealed in it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holds_secrets(&self) -> Result<bool, StoreError> {
        let sealed: i64 = sqlx::query_scalar(
            "SELECT (SELECT COUNT(*) FROM accounts WHERE sealed_secret IS NOT NULL)
                  + (SELECT COUNT(*) FROM channels)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(sealed > 0)
    }

    /// Whether the key is the one that sealed what is here.
    ///
    /// # Errors
    /// [`StoreErrorKind::WrongKey`](crate::StoreErrorKind::WrongKey) when it is another.
    pub async fn check_key(&self) -> Result<(), StoreError> {
        let sealed: Option<String> = sqlx::query_scalar(
            "SELECT id FROM accounts WHERE sealed_secret IS NOT NULL ORDER BY id DESC LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        if let Some(id) = sealed {
            self.account_secret(&id).await?;
        }
        Ok(())
    }

    /// Whether other machines may share this database.
    pub fn is_shared(&self) -> bool {
        self.kind == Kind::Postgres
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let _: i64 = sqlx::query_scalar("SELECT version FROM schema_version WHERE one = 1")
            .fetch_one(&self.pool)
            .await?;
        Ok(())
    }

    /// A transaction that will write, and that no other one with the same subject runs beside. It takes
    /// its lock at once: one that reads first could decide by what is no longer so.
    pub(crate) async fn write(
        &self,
        subject: &str,
    ) -> Result<Transaction<'static, Any>, StoreError> {
        match self.kind {
            // The whole file has one writer.
            Kind::Sqlite => Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?),
            Kind::Postgres => {
                let mut transaction = self.pool.begin().await?;
                sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                    .bind(subject)
                    .execute(&mut *transaction)
                    .await?;
                Ok(transaction)
            }
        }
    }
}

/// The number of the lock under which the database is brought up to date.
const MIGRATIONS: i64 = 7_365_220_261;

/// An address without what must not be shown.
fn place_of(url: &SecretString) -> Result<String, StoreError> {
    let wrong = || {
        StoreError::new(
            crate::StoreErrorKind::Other,
            "the address of the control database is unusable; write it like \
             postgres://user:password@host:5432/database",
        )
    };
    let (scheme, rest) = url.expose_secret().split_once("://").ok_or_else(wrong)?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(wrong());
    }
    // The user first: a password may hold any sign.
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let place = place.split(['?', '#']).next().unwrap_or_default();
    Ok(place.to_owned())
}

/// It holds sealed secrets: its owner alone may read it, whatever folder it is in. A file that cannot be
/// made is met again, and told, when it is opened.
fn make_for_owner(file: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let _ = options.open(file);
}

/// Wait for another process rather than fail; a commit is on disk when it returns.
async fn prepare(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    for pragma in [
        "PRAGMA busy_timeout = 15000",
        "PRAGMA foreign_keys = ON",
        "PRAGMA synchronous = FULL",
    ] {
        connection.execute(pragma).await?;
    }
    Ok(())
}

/// Readers and a writer need not wait for each other from now on. The file remembers it.
///
/// Of several processes that switch a new file at once SQLite refuses all but one, without the wait
/// that it has for everything else.
async fn keep_a_write_ahead_log(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let give_up = Instant::now() + LOCK_WAIT;
    loop {
        let switched = connection.execute("PRAGMA journal_mode = WAL").await;
        match switched.map_err(StoreError::from) {
            Err(error)
                if error.kind == crate::StoreErrorKind::Locked && Instant::now() < give_up =>
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            other => return other.map(drop),
        }
    }
}

/// The address of a database file, whatever characters its path has.
fn address(file: &Path) -> Result<String, StoreError> {
    let absolute = std::path::absolute(file).map_err(|_| StoreError::unusable_path(file))?;
    let path = absolute
        .to_str()
        .ok_or_else(|| StoreError::unusable_path(file))?;
    if absolute.parent().is_some_and(|folder| !folder.is_dir()) {
        return Err(StoreError::missing_folder(file));
    }
    let mut url = String::from("sqlite://");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => {
                url.push(char::from(byte));
            }
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    Ok(url + "?mode=rwc")
}
