//! `apply` and `export-config`: accounts and DataSets as a file. First everything is looked at, then what
//! differs is done; the same file again changes nothing.

use std::path::{Path, PathBuf};

use exmetrics_catalog::{Cloud, CloudName, DayChoice, Details, catalog};
use exmetrics_engine::means_other_days;
use exmetrics_store::{
    Account, DataSet, DataSetEdit, NewAccount, NewDataSet, SignIn, StoreErrorKind,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::{
    app::App,
    args::{ApplyArguments, Global},
    config_file::{SecretReference, Wanted, WantedAccount, WantedDataSet, WantedSignIn},
    failure::{Ended, Failure},
    listing::count,
    say,
};

/// One thing to do.
enum Change<'a> {
    AddAccount(&'a WantedAccount, Box<NewAccount>),
    NewSecret(Box<Account>, SecretString),
    CreateDataSet(&'a WantedDataSet),
    EditDataSet(Box<DataSet>, &'a WantedDataSet, Vec<&'static str>),
}

impl Change<'_> {
    fn said(&self) -> (char, String) {
        match self {
            Self::AddAccount(account, _) => {
                ('+', format!("account {}", account.text.name.get_ref()))
            }
            Self::NewSecret(account, _) => ('~', format!("account {}: secret", account.name)),
            Self::CreateDataSet(wanted) => ('+', format!("DataSet {}", wanted.name)),
            Self::EditDataSet(_, wanted, fields) => (
                '~',
                format!("DataSet {}: {}", wanted.name, fields.join(", ")),
            ),
        }
    }
}

pub(crate) async fn run(
    app: &App,
    arguments: &ApplyArguments,
    global: &Global,
) -> Result<Ended, Failure> {
    let file = &arguments.file;
    let wanted = Wanted::read(file, app.engine.today())?;
    let mut changes = Vec::new();
    for account in &wanted.accounts {
        changes.extend(account_change(app, &wanted, account, file).await?);
    }
    for one in &wanted.datasets {
        changes.extend(dataset_change(app, &wanted, one).await?);
    }
    let said: Vec<(char, String)> = changes.iter().map(Change::said).collect();
    if !global.json {
        for (sign, what) in &said {
            say::out(format!("{sign} {what}"))?;
        }
        if said.is_empty() {
            say::out("nothing to change")?;
        }
    }
    if !arguments.plan {
        for change in changes {
            carry_out(app, change).await?;
        }
    }
    if global.json {
        let changes: Vec<&String> = said.iter().map(|(_, what)| what).collect();
        say::json(&json!({ "changes": changes, "applied": !arguments.plan }))?;
    } else if !said.is_empty() {
        let number = count(said.len() as u64, "change");
        say::note(match arguments.plan {
            true => format!("{number}; nothing was done yet."),
            false => format!("{number} made. See whether all is well: exmetrics doctor"),
        });
    }
    Ok(Ended::Done)
}

async fn account_change<'a>(
    app: &App,
    wanted: &Wanted,
    account: &'a WantedAccount,
    file: &Path,
) -> Result<Option<Change<'a>>, Failure> {
    let name = account.text.name.get_ref();
    let offset = account.text.name.span().start;
    let cloud = match Cloud::known(account.cloud) {
        Some(cloud) => cloud,
        None => {
            let url = |url: &Option<String>| url.clone().unwrap_or_default();
            let (login, graph) = (url(&account.text.login_url), url(&account.text.graph_url));
            for (what, address) in [("sign-in", &login), ("Graph", &graph)] {
                exmetrics_graph::cloud_address(what, address)
                    .map_err(|failure| wanted.wrong_at(offset, failure.message))?;
            }
            Cloud::custom(&login, &graph)
        }
    };
    let known = match app.store().account(name).await {
        Ok(known) => Some(known),
        Err(error) if error.kind == StoreErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let kept = account.unset_variable().filter(|_| known.is_some());
    if let Some(variable) = kept {
        say::note(format!(
            "The secret of '{name}' stays as it is: the variable {variable} is not set."
        ));
    }
    let (sign_in, secret) = match kept {
        Some(_) => (account.way_of_signing_in(), None),
        None => secret_of(account, file).map_err(|failure| Failure {
            next_step: failure.next_step.clone(),
            ..wanted.wrong_at(offset, &failure.message)
        })?,
    };
    let known = match known {
        Some(known) => known,
        None => {
            let new = NewAccount {
                name: name.clone(),
                tenant: account.text.tenant.trim().to_owned(),
                client_id: account.text.client_id.trim().to_owned(),
                sign_in,
                cloud,
                secret,
            };
            return Ok(Some(Change::AddAccount(account, Box::new(new))));
        }
    };
    let differs = [
        (known.tenant != account.text.tenant.trim(), "tenant"),
        (
            known.client_id != account.text.client_id.trim(),
            "client_id",
        ),
        (known.cloud != cloud, "cloud"),
        (known.sign_in != sign_in, "way of signing in"),
    ];
    if let Some((_, what)) = differs.iter().find(|(differs, _)| *differs) {
        let what =
            format!("the account '{name}' is there with another {what}, which an account keeps");
        return Err(wanted
            .wrong_at(offset, what)
            .next("Give it another name here, or remove the one that is there."));
    }
    let Some(secret) = secret else {
        return Ok(None);
    };
    let before = app.store().account_secret(&known.id).await?;
    let same = before.is_some_and(|before| before.expose_secret() == secret.expose_secret());
    Ok((!same).then_some(Change::NewSecret(Box::new(known), secret)))
}

impl WantedAccount {
    /// The variable that an export named for the secret, if it is not set: nobody means to change it.
    fn unset_variable(&self) -> Option<&str> {
        let text = &self.text;
        let reference = text.client_secret.as_ref().or(text.certificate.as_ref());
        match reference {
            Some(SecretReference::Env { env })
                if *env == exported_variable(text.name.get_ref())
                    && std::env::var_os(env).is_none() =>
            {
                Some(env)
            }
            _ => None,
        }
    }

    fn way_of_signing_in(&self) -> SignIn {
        match self.sign_in {
            WantedSignIn::Browser => SignIn::Browser,
            WantedSignIn::Device => SignIn::Device,
            WantedSignIn::App if self.text.client_secret.is_some() => SignIn::ClientSecret,
            WantedSignIn::App if self.text.certificate.is_some() => SignIn::Certificate,
            WantedSignIn::App => SignIn::FederatedToken,
        }
    }
}

/// How the account signs in, and its secret from where the file says it is.
fn secret_of(
    account: &WantedAccount,
    file: &Path,
) -> Result<(SignIn, Option<SecretString>), Failure> {
    match account.sign_in {
        WantedSignIn::Browser => return Ok((SignIn::Browser, None)),
        WantedSignIn::Device => return Ok((SignIn::Device, None)),
        WantedSignIn::App => {}
    }
    let text = &account.text;
    if let Some(reference) = &text.client_secret {
        let secret = resolve(reference, file)?;
        let secret = String::from_utf8(secret)
            .map_err(|_| Failure::arguments("the client secret is no text"))?;
        let secret = secret.trim_start_matches('\u{feff}').trim();
        if secret.is_empty() {
            return Err(Failure::arguments("the client secret is empty"));
        }
        return Ok((SignIn::ClientSecret, Some(SecretString::from(secret))));
    }
    if let Some(reference) = &text.certificate {
        let bytes = resolve(reference, file)?;
        let password = match &text.certificate_password {
            Some(reference) => String::from_utf8(resolve(reference, file)?).unwrap_or_default(),
            None => String::new(),
        };
        let password = SecretString::from(password.trim_end_matches(['\r', '\n']));
        let pem = exmetrics_engine::usable_certificate(&bytes, &password, "the certificate")?;
        return Ok((SignIn::Certificate, Some(pem)));
    }
    let token_file = beside(
        file,
        text.federated_token_file.as_deref().unwrap_or_default(),
    );
    if !token_file.is_file() {
        let what = format!("there is no federated token file {}", token_file.display());
        return Err(Failure::arguments(what));
    }
    let path = SecretString::from(token_file.to_string_lossy().into_owned());
    Ok((SignIn::FederatedToken, Some(path)))
}

fn resolve(reference: &SecretReference, file: &Path) -> Result<Vec<u8>, Failure> {
    match reference {
        SecretReference::Env { env } => std::env::var(env)
            .map(String::into_bytes)
            .map_err(|_| Failure::arguments(format!("the variable {env} is not set"))),
        SecretReference::File { file: name } => {
            let path = beside(file, name);
            std::fs::read(&path).map_err(Failure::at_file("reading", &path))
        }
        SecretReference::Stdin { stdin: true } if file == Path::new("-") => Err(
            Failure::arguments("standard input is the file itself and cannot be the secret too"),
        ),
        SecretReference::Stdin { stdin: true } => {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map_err(|error| {
                Failure::failed(format!("standard input cannot be read: {error}"))
            })?;
            Ok(bytes)
        }
        SecretReference::Stdin { stdin: false } => Err(Failure::arguments(
            "stdin = false says where the secret is not",
        )),
    }
}

/// A path as seen from the file that names it.
fn beside(file: &Path, name: &str) -> PathBuf {
    let folder = std::path::absolute(file).ok();
    let folder = folder
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new("."));
    folder.join(name)
}

async fn dataset_change<'a>(
    app: &App,
    wanted: &Wanted,
    one: &'a WantedDataSet,
) -> Result<Option<Change<'a>>, Failure> {
    for (name, offset) in &one.accounts {
        let in_file = wanted
            .accounts
            .iter()
            .find(|account| same_name(account.text.name.get_ref(), name))
            .map(|account| account.cloud);
        let cloud = match in_file {
            Some(cloud) => cloud,
            None => match app.store().account(name).await {
                Ok(account) => account.cloud.name,
                Err(error) if error.kind == StoreErrorKind::NotFound => {
                    return Err(wanted.wrong_at(*offset, error.message));
                }
                Err(error) => return Err(error.into()),
            },
        };
        if one.report.version_for(cloud).is_none() {
            let what = format!(
                "{} is not offered in the cloud {cloud} of '{name}'",
                one.report.slug
            );
            return Err(wanted.wrong_at(*offset, what));
        }
    }
    let known = match app.store().dataset(&one.name).await {
        Ok(known) => known,
        Err(error) if error.kind == StoreErrorKind::NotFound => {
            return Ok(Some(Change::CreateDataSet(one)));
        }
        Err(error) => return Err(error.into()),
    };
    if known.report != one.report.slug {
        let offset = one.accounts.first().map_or(0, |(_, offset)| *offset);
        let what = format!(
            "the DataSet '{}' is there with the report {}, which it keeps",
            one.name, known.report
        );
        return Err(wanted
            .wrong_at(offset, what)
            .next("Give it another name here, or remove the one that is there."));
    }
    let accounts = known.accounts.iter().map(|(_, name)| name);
    let same_accounts = known.accounts.len() == one.accounts.len()
        && accounts
            .zip(&one.accounts)
            .all(|(known, (name, _))| same_name(known, name));
    let fields: Vec<&'static str> = [
        (!same_accounts, "accounts"),
        (known.details != one.details, "details"),
        (known.update != one.update, "update"),
        (known.key != one.key, "key"),
        (known.schedule != one.schedule, "schedule"),
        (
            known.retry_every_seconds != one.retry_every_seconds,
            "retry_every",
        ),
        (known.retry_times != one.retry_times, "retry_times"),
        (known.description != one.description, "description"),
        (known.tags != one.tags, "tags"),
    ]
    .into_iter()
    .filter_map(|(differs, what)| differs.then_some(what))
    .collect();
    Ok((!fields.is_empty()).then(|| Change::EditDataSet(Box::new(known), one, fields)))
}

fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

async fn carry_out(app: &App, change: Change<'_>) -> Result<(), Failure> {
    let now = app.engine.clock().now();
    match change {
        Change::AddAccount(_, new) => {
            app.store().add_account(&new, now).await?;
        }
        Change::NewSecret(account, secret) => app.store().keep_secret(&account.id, &secret).await?,
        Change::CreateDataSet(one) => {
            let new = NewDataSet {
                name: one.name.clone(),
                report: one.report.slug.clone(),
                account_ids: account_ids(app, one).await?,
                details: one.details,
                update: one.update,
                key: one.key.clone(),
                schedule: one.schedule.clone(),
                retry_every_seconds: one.retry_every_seconds,
                retry_times: one.retry_times,
                description: one.description.clone(),
                tags: one.tags.clone(),
                tables_root: app.engine.tables_root().to_owned(),
            };
            let made = app.engine.create_dataset(&new).await?;
            if one.schedule.is_some() && one.details == Details::every_day(one.report) {
                app.engine.make_due(&made).await?;
            }
        }
        Change::EditDataSet(known, one, _) => {
            let edit = DataSetEdit {
                account_ids: Some(account_ids(app, one).await?),
                details: Some(one.details),
                update: Some(one.update),
                key: Some(one.key.clone()),
                schedule: (known.schedule != one.schedule).then(|| one.schedule.clone()),
                retry_every_seconds: Some(one.retry_every_seconds),
                retry_times: Some(one.retry_times),
                description: Some(one.description.clone()),
                tags: Some(one.tags.clone()),
                forget_coverage: means_other_days(one.report, known.details, one.details),
                ..DataSetEdit::default()
            };
            app.engine.edit_dataset(&known, &edit).await?;
        }
    }
    Ok(())
}

async fn account_ids(app: &App, one: &WantedDataSet) -> Result<Vec<String>, Failure> {
    let names: Vec<String> = one.accounts.iter().map(|(name, _)| name.clone()).collect();
    let accounts = app.accounts(&names).await?;
    Ok(accounts.into_iter().map(|account| account.id).collect())
}

/// Writes what is there as such a file.
pub(crate) async fn export(app: &App) -> Result<Ended, Failure> {
    let mut text = String::from("# exmetrics apply -f THIS-FILE\n");
    for account in app.store().accounts().await? {
        text.push_str("\n[[account]]\n");
        for (key, value) in [
            ("name", &account.name),
            ("tenant", &account.tenant),
            ("client_id", &account.client_id),
        ] {
            line(&mut text, key, value);
        }
        if account.cloud.name != CloudName::Global {
            line(&mut text, "cloud", &account.cloud.name.to_string());
        }
        if account.cloud.name == CloudName::Custom {
            line(&mut text, "login_url", &account.cloud.login_url);
            line(&mut text, "graph_url", &account.cloud.graph_url);
        }
        let variable = exported_variable(&account.name);
        match account.sign_in {
            SignIn::ClientSecret => {
                text.push_str(&format!("client_secret = {{ env = \"{variable}\" }}\n"));
            }
            SignIn::Certificate => {
                text.push_str(&format!("certificate = {{ env = \"{variable}\" }}\n"));
            }
            SignIn::FederatedToken => {
                let path = app.store().account_secret(&account.id).await?;
                let path = path
                    .map(|path| path.expose_secret().to_owned())
                    .unwrap_or_default();
                line(&mut text, "federated_token_file", &path);
            }
            SignIn::Browser => line(&mut text, "sign_in", "browser"),
            SignIn::Device => line(&mut text, "sign_in", "device"),
        }
    }
    for one in app.store().datasets().await? {
        text.push_str("\n[[dataset]]\n");
        line(&mut text, "name", &one.name);
        line(&mut text, "report", &one.report);
        let accounts: Vec<String> = one.accounts.iter().map(|(_, name)| quoted(name)).collect();
        text.push_str(&format!("accounts = [{}]\n", accounts.join(", ")));
        details(&mut text, &one)?;
        line(&mut text, "update", one.update.as_str());
        for (key, list) in [("key", &one.key), ("tags", &one.tags)] {
            if !list.is_empty() {
                let list: Vec<String> = list.iter().map(|one| quoted(one)).collect();
                text.push_str(&format!("{key} = [{}]\n", list.join(", ")));
            }
        }
        if let Some(schedule) = &one.schedule {
            line(&mut text, "schedule", &schedule.to_string());
        }
        if let Some(seconds) = one.retry_every_seconds {
            line(&mut text, "retry_every", &format!("{seconds}s"));
        }
        if let Some(times) = one.retry_times {
            text.push_str(&format!("retry_times = {times}\n"));
        }
        if !one.description.is_empty() {
            line(&mut text, "description", &one.description);
        }
    }
    say::out(text.trim_end())?;
    Ok(Ended::Done)
}

fn details(text: &mut String, one: &DataSet) -> Result<(), Failure> {
    let report = catalog().find(&one.report)?;
    let every_day = one.details == Details::every_day(report) && one.schedule.is_some();
    let mut end = |choice: DayChoice, on: &str, back: &str| match choice {
        DayChoice::On(date) => line(text, on, &date.to_string()),
        DayChoice::DaysBack(days) => text.push_str(&format!("{back} = {days}\n")),
    };
    match one.details {
        _ if every_day => text.push_str("keep_every_day = true\n"),
        Details::Period(period) => line(text, "period", &period.to_string()),
        Details::Date(day) => end(day, "date", "days_back"),
        Details::Range { from, to } => {
            end(from, "from", "from_days_back");
            end(to, "to", "to_days_back");
        }
        Details::Current => {}
    }
    Ok(())
}

fn line(text: &mut String, key: &str, value: &str) {
    text.push_str(&format!("{key} = {}\n", quoted(value)));
}

/// A text as TOML writes it.
fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

/// The variable that an export names for an account's secret.
fn exported_variable(name: &str) -> String {
    let letters = name.chars().map(|letter| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_uppercase()
        } else {
            '_'
        }
    });
    format!("EXMETRICS_SECRET_{}", letters.collect::<String>())
}
