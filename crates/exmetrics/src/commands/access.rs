//! `access`: who may open the pages and use the API.

use std::io::{IsTerminal, Read};

use exmetrics_engine::LINK_LIVES;
use exmetrics_store::{NewAuditEntry, Through};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::{
    app::App,
    args::{AccessCommand, Global, Lives, PasswordSource, TokenCommand},
    config,
    failure::{Ended, Failure},
    listing, say,
};

pub(crate) async fn run(
    app: &App,
    command: AccessCommand,
    global: &Global,
) -> Result<Ended, Failure> {
    let store = app.store();
    match command {
        AccessCommand::Add {
            name,
            role,
            password,
        } => {
            let password = read_password(&password)?;
            let person = app.engine.add_person(&name, role.into(), &password).await?;
            note(
                app,
                "person.added",
                (&person.id, &person.name),
                person.role.as_str(),
            )
            .await?;
            let sentence = format!("{} may sign in as {}.", person.name, person.role.as_str());
            done(global, "person", &person.name, &sentence)?;
        }
        AccessCommand::List => list(app, global).await?,
        AccessCommand::Role { name, role } => {
            let person = store.person(&name).await?;
            store.set_role(&person.id, role.into()).await?;
            let role = exmetrics_store::Role::from(role).as_str();
            note(app, "person.role_set", (&person.id, &person.name), role).await?;
            done(
                global,
                "person",
                &person.name,
                &format!("{} is {role} now.", person.name),
            )?;
        }
        AccessCommand::Password { name, password } => {
            let person = store.person(&name).await?;
            let password = read_password(&password)?;
            app.engine.set_password(&person, &password, None).await?;
            note(
                app,
                "person.password_changed",
                (&person.id, &person.name),
                "",
            )
            .await?;
            let sentence = format!("{} has another password, and is signed out.", person.name);
            done(global, "person", &person.name, &sentence)?;
        }
        AccessCommand::Remove { name } => {
            let person = store.person(&name).await?;
            store.remove_person(&person.id).await?;
            note(app, "person.removed", (&person.id, &person.name), "").await?;
            done(
                global,
                "removed",
                &person.name,
                &format!("{} is removed.", person.name),
            )?;
        }
        AccessCommand::Link { url } => link(app, url, global).await?,
        AccessCommand::Token(command) => token(app, command, global).await?,
    }
    Ok(Ended::Done)
}

async fn list(app: &App, global: &Global) -> Result<(), Failure> {
    let people = app.store().people().await?;
    if global.json {
        return say::json(&people);
    }
    if people.is_empty() {
        say::note("Nobody yet. `exmetrics access add NAME --role admin` adds a person.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = people
        .iter()
        .map(|person| {
            let source = match (&person.subject, person.has_password) {
                (Some(_), _) => "OpenID Connect",
                (None, true) => "password",
                (None, false) => "one-time link",
            };
            let seen = person.last_seen.map_or_else(
                || "never".to_owned(),
                |at| at.round(jiff::Unit::Second).unwrap_or(at).to_string(),
            );
            vec![
                person.name.clone(),
                person.role.as_str().to_owned(),
                source.to_owned(),
                seen,
            ]
        })
        .collect();
    listing::table(&["name", "role", "signs in by", "last seen"], &rows)
}

/// The link itself is the result: a script may open it.
async fn link(app: &App, url: Option<String>, global: &Global) -> Result<(), Failure> {
    let origin = match url {
        Some(url) => config::origin(&url)?,
        None => app
            .config
            .url
            .clone()
            .unwrap_or_else(|| config::USUAL_ORIGIN.into()),
    };
    let pass = app.engine.new_link().await?;
    let link = format!("{origin}/sign-in/{}", pass.reveal());
    if global.json {
        let until = app.engine.clock().now().saturating_add(LINK_LIVES);
        return say::json(&json!({ "url": link, "expires_at": until.ok() }));
    }
    say::out(link)?;
    say::note("It signs in an administrator, once, within 15 minutes.");
    Ok(())
}

async fn token(app: &App, command: TokenCommand, global: &Global) -> Result<(), Failure> {
    match command {
        TokenCommand::Create {
            name,
            scope,
            expires: Lives(lives),
        } => {
            let (token, pass) = app
                .engine
                .add_token(&name, scope.into(), None, lives)
                .await?;
            let detail = format!("scope {}", token.scope.as_str());
            note(app, "token.made", (&token.id, &token.name), &detail).await?;
            if global.json {
                return say::json(&json!({
                    "name": token.name,
                    "scope": token.scope,
                    "expires_at": token.expires_at,
                    "token": pass.reveal(),
                }));
            }
            say::out(pass.reveal())?;
            say::note("Copy it now: only its hash is kept, and it is not shown again.");
            Ok(())
        }
        TokenCommand::List => {
            let tokens = app.store().tokens().await?;
            if global.json {
                return say::json(&tokens);
            }
            let now = app.engine.clock().now();
            let text = |at: Option<jiff::Timestamp>| {
                at.map_or_else(
                    || "never".to_owned(),
                    |at| at.round(jiff::Unit::Second).unwrap_or(at).to_string(),
                )
            };
            let rows: Vec<Vec<String>> = tokens
                .into_iter()
                .map(|token| {
                    let state = match token.expires_at {
                        Some(end) if end <= now => "ended",
                        _ => "valid",
                    };
                    vec![
                        token.name,
                        format!("{}...", token.beginning),
                        token.scope.as_str().to_owned(),
                        token.person.unwrap_or_else(|| "the command".into()),
                        state.to_owned(),
                        text(token.expires_at),
                        text(token.last_used),
                    ]
                })
                .collect();
            let heads = [
                "name",
                "begins",
                "scope",
                "made by",
                "state",
                "ends",
                "last used",
            ];
            listing::table(&heads, &rows)
        }
        TokenCommand::Revoke { name } => {
            let token = app.store().token(&name).await?;
            app.store().revoke_token(&token.id).await?;
            note(app, "token.revoked", (&token.id, &token.name), "").await?;
            let sentence = format!("What uses {} is refused from now on.", token.name);
            done(global, "revoked", &token.name, &sentence)
        }
    }
}

/// A line's end is no part of a password; spaces are.
fn read_password(source: &PasswordSource) -> Result<SecretString, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::failed(format!("the password cannot be read: {error}"));
    let text = if let Some(file) = &source.password_file {
        let text = std::fs::read_to_string(file).map_err(Failure::at_file("reading", file))?;
        SecretString::from(text)
    } else if source.password_stdin {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(unreadable)?;
        SecretString::from(text)
    } else if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        let ask = |question| rpassword::prompt_password(question).map_err(unreadable);
        let first = SecretString::from(ask("Password: ")?);
        let second = SecretString::from(ask("Once more: ")?);
        if first.expose_secret() != second.expose_secret() {
            return Err(Failure::arguments("the two passwords differ"));
        }
        first
    } else {
        return Err(Failure::arguments("there is no password")
            .next("Give one with --password-file FILE or --password-stdin."));
    };
    let text = text.expose_secret().trim_start_matches('\u{feff}');
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}

/// Writes down what was done, under the name of whoever is signed in to this machine.
async fn note(
    app: &App,
    what: &str,
    (subject_id, subject): (&str, &str),
    detail: &str,
) -> Result<(), Failure> {
    let who = ["USER", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
    let entry = NewAuditEntry {
        who: who.as_deref().unwrap_or("the command"),
        person_id: None,
        through: Through::Command,
        address: "",
        what,
        subject_id,
        subject,
        detail,
    };
    let now = app.engine.clock().now();
    Ok(app.store().note_change(&entry, now).await?)
}

fn done(global: &Global, what: &str, name: &str, sentence: &str) -> Result<(), Failure> {
    if global.json {
        return say::json(&json!({ what: name }));
    }
    say::note(sentence);
    Ok(())
}
