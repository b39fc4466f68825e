//! `account`: add, check, sign in again.

use exmetrics_catalog::{Cloud, CloudName};
use exmetrics_engine::{
    AccountCheck, CheckState, Engine, cloud_at, is_by_person, sign_in_words, usable_client_id,
    usable_tenant,
};
use exmetrics_graph::AppRegistration;
use exmetrics_store::{Account, NewAccount};
use serde_json::json;

use super::account_secret;
use crate::{
    app::App,
    args::{AccountCommand, AddAccount, CloudArguments, Global, SignInAgain},
    failure::{Ended, Failure},
    listing, say,
};

pub(crate) async fn run(
    app: &App,
    command: AccountCommand,
    global: &Global,
) -> Result<Ended, Failure> {
    match command {
        AccountCommand::Add(arguments) => add(app, &arguments, global).await,
        AccountCommand::List => list(&app.store().accounts().await?, global).map(|()| Ended::Done),
        AccountCommand::Show { name } => {
            show(&app.store().account(&name).await?, global).map(|()| Ended::Done)
        }
        AccountCommand::Check { name } => {
            let account = app.store().account(&name).await?;
            check(app, &account, global).await
        }
        AccountCommand::SignIn(arguments) => sign_in(app, &arguments, global).await,
        AccountCommand::Rename { name, to } => {
            let account = app.store().rename_account(&name, &to).await?;
            changed(
                global,
                &account,
                &format!("The account is called '{}' now.", account.name),
            )
        }
        AccountCommand::Remove { name } => {
            app.store().remove_account(&name).await?;
            if global.json {
                say::json(&json!({ "removed": name }))?;
            } else {
                say::note(format!("The account '{name}' and its secret are removed."));
            }
            Ok(Ended::Done)
        }
    }
}

async fn add(app: &App, arguments: &AddAccount, global: &Global) -> Result<Ended, Failure> {
    let cloud = cloud(&arguments.cloud)?;
    let tenant = usable_tenant(&arguments.tenant)?;
    let client_id = usable_client_id(&arguments.client_id)?;
    let (sign_in, mut secret) = account_secret::read(arguments.sign_in, &arguments.secret)?;
    // Before anybody signs in for nothing.
    app.engine.refuse_taken_account(&arguments.name).await?;
    let mut refused = None;
    if is_by_person(sign_in) && !arguments.no_check {
        let registration = AppRegistration {
            tenant: tenant.clone(),
            client_id: client_id.clone(),
            cloud: cloud.clone(),
        };
        match account_secret::person(&app.engine, &registration, sign_in, arguments.no_browser)
            .await
        {
            Ok(token) => secret = Some(token),
            Err(failure) => refused = Some(failure),
        }
    }
    let new = NewAccount {
        name: arguments.name.clone(),
        tenant,
        client_id,
        sign_in,
        cloud,
        secret,
    };
    let now = app.engine.clock().now();
    let account = app.store().add_account(&new, now).await?;
    if let Some(error) = refused {
        app.engine.mark_refused(&account, &error).await?;
        return Err(Failure {
            code: 4,
            kind: "person",
            ..Failure::from(error)
        });
    }
    if arguments.no_check {
        return changed(
            global,
            &account,
            &format!("The account '{}' is added, unchecked.", account.name),
        );
    }
    if !global.json {
        say::note(format!("The account '{}' is added.", account.name));
    }
    // Kept and marked, whatever the check met: somebody has to look at a new account that fails.
    Ok(match check(app, &account, global).await? {
        Ended::Failed => Ended::Person,
        ended => ended,
    })
}

/// The cloud by name, or by the addresses given.
fn cloud(arguments: &CloudArguments) -> Result<Cloud, Failure> {
    let (login_url, graph_url) = (&arguments.login_url, &arguments.graph_url);
    Ok(cloud_at(
        arguments.cloud,
        login_url.as_deref(),
        graph_url.as_deref(),
    )?)
}

async fn check(app: &App, account: &Account, global: &Global) -> Result<Ended, Failure> {
    let found = app.engine.check_account(account).await?;
    if global.json {
        say::json(&found)?;
    } else {
        show_check(&found)?;
    }
    Ok(match (found.is_fine(), found.needs_person()) {
        (true, _) => Ended::Done,
        (false, true) => Ended::Person,
        (false, false) => Ended::Failed,
    })
}

fn show_check(found: &AccountCheck) -> Result<(), Failure> {
    for check in &found.checks {
        let mark = match check.state {
            CheckState::Ok => "✔",
            CheckState::Warning => "!",
            CheckState::Failed => "✖",
        };
        say::out(format!("{mark} {}: {}", check.name, check.message))?;
        if let Some(next_step) = &check.next_step {
            say::out(format!("  {next_step}"))?;
        }
    }
    Ok(())
}

async fn sign_in(app: &App, arguments: &SignInAgain, global: &Global) -> Result<Ended, Failure> {
    let account = app.store().account(&arguments.name).await?;
    let secret = if is_by_person(account.sign_in) {
        let registration = Engine::app_of(&account);
        account_secret::person(
            &app.engine,
            &registration,
            account.sign_in,
            arguments.no_browser,
        )
        .await?
    } else {
        let (how, secret) = account_secret::read(None, &arguments.secret)?;
        if how != account.sign_in {
            return Err(Failure::arguments(format!(
                "the account '{}' signs in with {}, not {}",
                account.name,
                sign_in_words(account.sign_in),
                sign_in_words(how)
            ))
            .next("Remove the account and add it again to change how it signs in."));
        }
        secret.ok_or_else(|| Failure::arguments("there is no secret"))?
    };
    app.store().keep_secret(&account.id, &secret).await?;
    let ended = check(app, &account, global).await?;
    if ended == Ended::Done {
        app.engine.take_up_what_failed(&account).await?;
    }
    Ok(ended)
}

fn list(accounts: &[Account], global: &Global) -> Result<(), Failure> {
    if global.json {
        return say::json(&accounts);
    }
    if accounts.is_empty() {
        say::note(
            "There is no account yet. Add one: exmetrics account add NAME --tenant T --client-id ID",
        );
        return Ok(());
    }
    let rows: Vec<Vec<String>> = accounts
        .iter()
        .map(|account| {
            vec![
                account.name.clone(),
                account.tenant.clone(),
                sign_in_words(account.sign_in).to_owned(),
                account.cloud.name.to_string(),
                account.state.as_str().to_owned(),
                account.message.clone().unwrap_or_default(),
            ]
        })
        .collect();
    listing::table(
        &[
            "account",
            "tenant",
            "signs in with",
            "cloud",
            "state",
            "message",
        ],
        &rows,
    )
}

fn show(account: &Account, global: &Global) -> Result<(), Failure> {
    if global.json {
        return say::json(account);
    }
    let mut pairs = vec![
        ("account", account.name.clone()),
        ("tenant", account.tenant.clone()),
        ("tenant id", account.tenant_id.clone().unwrap_or_default()),
        ("client id", account.client_id.clone()),
        ("signs in with", sign_in_words(account.sign_in).to_owned()),
        ("cloud", account.cloud.name.to_string()),
        ("state", account.state.as_str().to_owned()),
    ];
    if account.cloud.name == CloudName::Custom {
        pairs.push(("login", account.cloud.login_url.clone()));
        pairs.push(("graph", account.cloud.graph_url.clone()));
    }
    let names = match account.names_concealed {
        Some(true) => "concealed by the tenant",
        Some(false) => "shown",
        None => "not known",
    };
    pairs.push(("names", names.to_owned()));
    for (name, value) in [
        ("message", &account.message),
        ("next step", &account.next_step),
    ] {
        if let Some(value) = value {
            pairs.push((name, value.clone()));
        }
    }
    listing::pairs(&pairs)
}

fn changed(global: &Global, account: &Account, sentence: &str) -> Result<Ended, Failure> {
    if global.json {
        say::json(account)?;
    } else {
        say::note(sentence);
    }
    Ok(Ended::Done)
}
