//! Posting: one request, one look at the status.

mod address;
mod body;
mod retry_after;

use reqwest::{Response, StatusCode};

pub(crate) use self::address::Address;
use crate::{Notice, NotifyClient, NotifyError, trouble};

/// How much of a refusal is read.
const BODY: usize = 4 * 1024;

/// Posts a notice.
pub(crate) async fn post(
    address: &Address,
    notice: &Notice,
    client: &NotifyClient,
) -> Result<(), NotifyError> {
    let timeout = client.limits().webhook_timeout;
    let request = client
        .http()
        .post(address.url().clone())
        .timeout(timeout)
        .json(&body::write(notice, address.is_teams_workflow()));
    let response = request.send().await.map_err(|error| {
        if error.is_timeout() {
            NotifyError::passing(format!(
                "{} did not answer within {timeout:?}",
                address.name()
            ))
        } else {
            trouble::connection(&address.name(), &error)
        }
    })?;
    if response.status().is_success() {
        return Ok(());
    }
    Err(refusal(address, response).await)
}

/// What a status other than 2xx means.
async fn refusal(address: &Address, response: Response) -> NotifyError {
    let status = response.status();
    let wait = retry_after::read(response.headers());
    let place = address.name();
    if status.is_redirection() {
        return NotifyError::lasting(format!(
            "{place} answered {status}, and redirects are not followed"
        ));
    }
    let word = one_word(response)
        .await
        .filter(|word| !address.holds(word))
        .map(|word| format!(": {word}"))
        .unwrap_or_default();
    let message = format!("{place} answered {status}{word}");
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            NotifyError::passing(message).after(wait)
        }
        _ if status.is_server_error() => NotifyError::passing(message).after(wait),
        _ => NotifyError::lasting(message),
    }
}

/// The body, if it is one word in the manner of Slack's `channel_is_archived`. Anything else is not
/// shown: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.
async fn one_word(mut response: Response) -> Option<String> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > BODY {
            return None;
        }
    }
    let word = str::from_utf8(&body).ok()?.trim();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    (word.len() <= 50 && word.contains('_') && word.bytes().all(plain)).then(|| word.to_owned())
}
