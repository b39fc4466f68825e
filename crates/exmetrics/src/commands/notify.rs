//! `notify`: where people are told.

use std::{io::Read, path::Path};

use exmetrics_engine::NewChannel;
use secrecy::SecretString;
use serde_json::json;

use crate::{
    app::App,
    args::{AddChannel, Global, NotifyCommand},
    failure::{Ended, Failure},
    listing, say,
};

pub(crate) async fn run(
    app: &App,
    command: NotifyCommand,
    global: &Global,
) -> Result<Ended, Failure> {
    match command {
        NotifyCommand::Add(arguments) => add(app, arguments, global).await?,
        NotifyCommand::List => list(app, global).await?,
        NotifyCommand::Test { name } => {
            app.engine.try_channel(&name).await?;
            done(
                global,
                "sent",
                &name,
                "A trial is sent; see whether it came.",
            )?;
        }
        NotifyCommand::Remove { name } => {
            app.store().remove_channel(&name).await?;
            done(
                global,
                "removed",
                &name,
                &format!("The channel '{name}' is removed."),
            )?;
        }
        NotifyCommand::Log { limit } => log(app, limit, global).await?,
    }
    Ok(Ended::Done)
}

async fn add(app: &App, arguments: AddChannel, global: &Global) -> Result<(), Failure> {
    let channel = match (arguments.webhook_file, arguments.mail_server_file) {
        (Some(file), _) => NewChannel::Webhook {
            url: secret(&file)?,
        },
        (None, Some(file)) => NewChannel::Mail {
            server: secret(&file)?,
            from: arguments.from.unwrap_or_default(),
            to: arguments.to,
        },
        (None, None) => {
            return Err(Failure::arguments(
                "a channel needs --webhook-file or --mail-server-file",
            ));
        }
    };
    app.engine.add_channel(&arguments.name, channel).await?;
    let name = &arguments.name;
    done(
        global,
        "added",
        name,
        &format!("The channel '{name}' is added. Try it: exmetrics notify test \"{name}\""),
    )
}

pub(crate) fn secret(file: &Path) -> Result<SecretString, Failure> {
    // An address in the place of a file may be the secret itself: it is not repeated.
    if file.to_string_lossy().contains("://") {
        return Err(Failure::arguments("a file is asked for, not the address itself")
            .next("Put the address into a file, for it may hold a secret; or give `-` and write it to standard input."));
    }
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::failed(format!("standard input cannot be read: {error}")))?;
    } else {
        text = std::fs::read_to_string(file).map_err(Failure::at_file("reading", file))?;
    }
    match text.trim() {
        "" => Err(Failure::arguments(format!("{} is empty", file.display()))),
        text => Ok(SecretString::from(text)),
    }
}

async fn list(app: &App, global: &Global) -> Result<(), Failure> {
    let channels = app.engine.channel_places().await?;
    if global.json {
        let values: Vec<_> = channels
            .iter()
            .map(|(name, place)| json!({ "name": name, "place": place }))
            .collect();
        return say::json(&values);
    }
    if channels.is_empty() {
        say::note("Nobody is told of anything yet. See: exmetrics help notify add");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = channels
        .into_iter()
        .map(|(name, place)| vec![name, place])
        .collect();
    listing::table(&["channel", "place"], &rows)
}

async fn log(app: &App, limit: u32, global: &Global) -> Result<(), Failure> {
    let notices = app.store().notices(limit).await?;
    let body = |text: &str| -> serde_json::Value { serde_json::from_str(text).unwrap_or_default() };
    if global.json {
        let values: Vec<_> = notices
            .iter()
            .map(|one| {
                json!({ "kind": one.kind, "made_at": one.made_at, "ended_at": one.ended_at,
                        "notice": body(&one.body), "deliveries": one.deliveries })
            })
            .collect();
        return say::json(&values);
    }
    let rows: Vec<Vec<String>> = notices
        .iter()
        .map(|one| {
            let at = one.made_at.round(jiff::Unit::Second).unwrap_or(one.made_at);
            let title = body(&one.body)["title"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let over = if one.ended_at.is_some() {
                "over"
            } else {
                "stands"
            };
            let brought: Vec<String> = one
                .deliveries
                .iter()
                .map(|to| match &to.message {
                    Some(message) => format!("{} to {}: {message}", to.state, to.channel),
                    None => format!("{} to {}", to.state, to.channel),
                })
                .collect();
            let brought = brought.join("; ");
            vec![
                at.to_string(),
                one.kind.clone(),
                over.to_owned(),
                title,
                brought,
            ]
        })
        .collect();
    listing::table(&["told", "kind", "state", "what", "brought"], &rows)
}

fn done(global: &Global, what: &str, name: &str, sentence: &str) -> Result<(), Failure> {
    if global.json {
        return say::json(&json!({ what: name }));
    }
    say::note(sentence);
    Ok(())
}
