//! Where an account's secret comes from: a file, standard input, a question on the terminal, or a
//! person's sign-in. Never the command line.

use std::{
    io::{IsTerminal, Read},
    path::Path,
    time::Duration,
};

use exmetrics_engine::{
    Engine, EngineError, PersonPrompt, usable_certificate, usable_client_secret, usable_token_file,
};
use exmetrics_graph::AppRegistration;
use exmetrics_store::SignIn;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    args::{SecretArguments, SignInChoice},
    failure::Failure,
    say,
};

/// How long a person has to sign in.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How an account signs in, and its secret if that is known without a person.
pub(crate) fn read(
    choice: Option<SignInChoice>,
    arguments: &SecretArguments,
) -> Result<(SignIn, Option<SecretString>), Failure> {
    let source = &arguments.source;
    let given = source.client_secret_file.is_some()
        || source.client_secret_stdin
        || source.certificate.is_some()
        || source.federated_token_file.is_some();
    match choice {
        Some(SignInChoice::Browser | SignInChoice::Device) if given => {
            return Err(Failure::arguments(
                "a person's sign-in takes no client secret, certificate or federated token",
            ));
        }
        Some(SignInChoice::Browser) => return Ok((SignIn::Browser, None)),
        Some(SignInChoice::Device) => return Ok((SignIn::Device, None)),
        Some(SignInChoice::App) | None => {}
    }
    if let Some(file) = &source.certificate {
        let password_file = arguments.certificate_password_file.as_deref();
        let certificate = certificate_file(file, password_file)?;
        return Ok((SignIn::Certificate, Some(certificate)));
    }
    if let Some(file) = &source.federated_token_file {
        return Ok((SignIn::FederatedToken, Some(usable_token_file(file)?)));
    }
    Ok((SignIn::ClientSecret, Some(client_secret(arguments)?)))
}

fn client_secret(arguments: &SecretArguments) -> Result<SecretString, Failure> {
    let source = &arguments.source;
    let secret = if let Some(file) = &source.client_secret_file {
        secret_file(file)?
    } else if source.client_secret_stdin {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::failed(format!("the secret cannot be read: {error}")))?;
        SecretString::from(text)
    } else if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        let typed = rpassword::prompt_password("Client secret: ")
            .map_err(|error| Failure::failed(format!("the secret cannot be read: {error}")))?;
        SecretString::from(typed)
    } else {
        return Err(Failure::arguments("there is no client secret").next(
            "Give one with --client-secret-file FILE or --client-secret-stdin, or use --certificate, \
             --federated-token-file, or --sign-in browser or device.",
        ));
    };
    Ok(usable_client_secret(&secret)?)
}

fn secret_file(file: &Path) -> Result<SecretString, Failure> {
    let text = std::fs::read_to_string(file).map_err(Failure::at_file("reading", file))?;
    Ok(SecretString::from(text))
}

fn certificate_file(file: &Path, password_file: Option<&Path>) -> Result<SecretString, Failure> {
    let bytes = std::fs::read(file).map_err(Failure::at_file("reading", file))?;
    let password = match password_file {
        Some(file) => SecretString::from(
            secret_file(file)?
                .expose_secret()
                .trim_end_matches(['\r', '\n']),
        ),
        None => SecretString::from(""),
    };
    let what = format!("the certificate {}", file.display());
    Ok(usable_certificate(&bytes, &password, &what)?)
}

/// A person signs in; the refresh token is the account's secret.
pub(crate) async fn person(
    engine: &Engine,
    app: &AppRegistration,
    how: SignIn,
    no_browser: bool,
) -> Result<SecretString, EngineError> {
    let show = |prompt: PersonPrompt| match prompt {
        PersonPrompt::Enter { sentence, .. } => say::note(sentence),
        PersonPrompt::Open { address } => {
            say::note(format!("To sign in, open {address}"));
            if !no_browser && webbrowser::open(&address).is_err() {
                say::note("No browser could be opened; open the address by hand.");
            }
        }
    };
    engine.sign_in_person(app, how, PATIENCE, &show).await
}
