//! Handing a mail over: one connection, one conversation, and what the server said in it.

mod letter;
mod recipients;
mod refusal;
mod server;

use std::time::Duration;

use lettre::{
    address::Address,
    transport::smtp::{
        authentication::DEFAULT_MECHANISMS,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use tokio::time::{Instant, timeout, timeout_at};

pub(crate) use self::{recipients::Recipients, server::Server};
use self::{refusal::refused, server::Encryption};
use crate::{Notice, NotifyError};

/// How long a server may take to say goodbye; the mail is its own by then.
const GOODBYE: Duration = Duration::from_secs(2);

/// Hands a notice over to a mail server.
pub(crate) async fn hand_over(
    server: &Server,
    recipients: &Recipients,
    notice: &Notice,
    patience: Duration,
) -> Result<(), NotifyError> {
    let letter = letter::write(recipients, notice)?;
    let deadline = Instant::now() + patience;
    let too_late =
        |_| NotifyError::passing(format!("{} took longer than {patience:?}", server.name()));
    let mut connection = timeout_at(deadline, connect(server, patience))
        .await
        .map_err(too_late)??;
    let talk = converse(&mut connection, server, recipients, &letter);
    let outcome = timeout_at(deadline, talk).await.map_err(too_late)?;
    // Whatever comes of the goodbye, the outcome stands.
    let _ = timeout(GOODBYE, connection.abort()).await;
    outcome
}

/// Connects, turns to TLS, signs in.
async fn connect(server: &Server, patience: Duration) -> Result<AsyncSmtpConnection, NotifyError> {
    let hello = ClientId::default();
    let at_once = match server.encryption {
        Encryption::FromTheStart => Some(server.tls()?),
        _ => None,
    };
    let mut connection = AsyncSmtpConnection::connect_tokio1(
        (server.host.as_str(), server.port),
        Some(patience),
        &hello,
        at_once,
        None,
    )
    .await
    .map_err(|error| refused(server, "us", &error))?;

    let offered = connection.can_starttls();
    match server.encryption {
        Encryption::Required if !offered => {
            return Err(NotifyError::lasting(format!(
                "{} offers no TLS (STARTTLS), which is required",
                server.name()
            )));
        }
        Encryption::Required | Encryption::Opportunistic if offered => connection
            .starttls(server.tls()?, &hello)
            .await
            .map_err(|error| refused(server, "to turn to TLS", &error))?,
        _ => {}
    }

    if let Some(credentials) = server.credentials() {
        let known = connection
            .server_info()
            .get_auth_mechanism(DEFAULT_MECHANISMS);
        if known.is_none() {
            return Err(NotifyError::lasting(format!(
                "{} offers no sign-in with a password here",
                server.name()
            )));
        }
        connection
            .auth(DEFAULT_MECHANISMS, &credentials)
            .await
            .map_err(|error| refused(server, "the sign-in", &error))?;
    }
    Ok(connection)
}

/// Sender, recipients, letter. A refused recipient does not keep it from the others.
async fn converse(
    connection: &mut AsyncSmtpConnection,
    server: &Server,
    recipients: &Recipients,
    letter: &[u8],
) -> Result<(), NotifyError> {
    connection
        .command(Mail::new(Some(recipients.from.email.clone()), Vec::new()))
        .await
        .map_err(|error| refused(server, "the sender", &error))?;

    let mut refusals = Vec::new();
    for to in recipients.addresses() {
        if let Err(refusal) = offer(connection, server, to).await? {
            refusals.push(refusal);
        }
    }
    let (all, left_out) = (recipients.to.len(), refusals.len());
    if left_out < all {
        connection
            .command(Data)
            .await
            .map_err(|error| refused(server, "the mail", &error))?;
        connection
            .message(letter)
            .await
            .map_err(|error| refused(server, "the mail", &error))?;
    }
    if refusals.is_empty() {
        return Ok(());
    }
    // Once it went to somebody it is not sent again: they would have it many times.
    let retry = left_out == all && refusals.iter().any(|refusal| refusal.retry);
    let mut message: Vec<String> = refusals
        .into_iter()
        .map(|refusal| refusal.message)
        .collect();
    if left_out < all {
        message.insert(0, format!("the mail went to {} of {all}", all - left_out));
    }
    let message = message.join("; ");
    Err(if retry {
        NotifyError::passing(message)
    } else {
        NotifyError::lasting(message)
    })
}

/// One recipient: taken, refused, or the end of the conversation.
async fn offer(
    connection: &mut AsyncSmtpConnection,
    server: &Server,
    to: &Address,
) -> Result<Result<(), NotifyError>, NotifyError> {
    match connection.command(Rcpt::new(to.clone(), Vec::new())).await {
        Ok(_) => Ok(Ok(())),
        Err(error) => {
            let refusal = refused(server, to.as_ref(), &error);
            match error.status() {
                Some(_) => Ok(Err(refusal)),
                None => Err(refusal),
            }
        }
    }
}
