//! Accounts and DataSets as a file, for version control: read with the place of every mistake.

use std::{fmt::Display, path::Path};

use exmetrics_catalog::{CloudName, Details, Report, Schedule, UpdateMethod, catalog};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::{args::DetailsArguments, failure::Failure};

/// A failed run is tried again within a month, or not at all.
pub(crate) const LONGEST_RETRY_SECONDS: i64 = 31 * 24 * 3600;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    account: Vec<AccountText>,
    #[serde(default)]
    dataset: Vec<DataSetText>,
}

/// `[[account]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountText {
    pub(crate) name: Spanned<String>,
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    #[serde(default)]
    sign_in: Option<Spanned<String>>,
    pub(crate) client_secret: Option<SecretReference>,
    pub(crate) certificate: Option<SecretReference>,
    pub(crate) certificate_password: Option<SecretReference>,
    pub(crate) federated_token_file: Option<String>,
    #[serde(default)]
    cloud: Option<Spanned<String>>,
    pub(crate) login_url: Option<String>,
    pub(crate) graph_url: Option<String>,
}

/// Where a secret is; never the secret itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    deny_unknown_fields,
    untagged,
    expecting = "a reference to a secret: { env = NAME }, { file = PATH } or { stdin = true }"
)]
pub(crate) enum SecretReference {
    Env {
        /// The name of a variable.
        env: String,
    },
    File {
        /// A file, as seen from the file that names it.
        file: String,
    },
    Stdin {
        /// Whether it comes on standard input.
        stdin: bool,
    },
}

/// `[[dataset]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DataSetText {
    name: Spanned<String>,
    report: Spanned<String>,
    accounts: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    keep_every_day: Option<Spanned<bool>>,
    period: Option<Spanned<String>>,
    date: Option<Spanned<String>>,
    days_back: Option<u16>,
    from: Option<Spanned<String>>,
    from_days_back: Option<u16>,
    to: Option<Spanned<String>>,
    to_days_back: Option<u16>,
    update: Option<Spanned<String>>,
    #[serde(default)]
    key: Vec<Spanned<String>>,
    schedule: Option<Spanned<String>>,
    retry_every: Option<Spanned<String>>,
    retry_times: Option<Spanned<i64>>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// How an account of the file signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WantedSignIn {
    App,
    Browser,
    Device,
}

/// An account as the file wants it.
#[derive(Debug)]
pub(crate) struct WantedAccount {
    pub(crate) text: AccountText,
    pub(crate) sign_in: WantedSignIn,
    pub(crate) cloud: CloudName,
}

/// A DataSet as the file wants it.
#[derive(Debug)]
pub(crate) struct WantedDataSet {
    pub(crate) name: String,
    pub(crate) report: &'static Report,
    pub(crate) accounts: Vec<(String, usize)>,
    pub(crate) details: Details,
    pub(crate) update: UpdateMethod,
    pub(crate) key: Vec<String>,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) retry_every_seconds: Option<i64>,
    pub(crate) retry_times: Option<i64>,
    pub(crate) description: String,
    pub(crate) tags: Vec<String>,
}

/// What the file wants.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) accounts: Vec<WantedAccount>,
    pub(crate) datasets: Vec<WantedDataSet>,
    place: Place,
}

/// Where in a file a mistake is.
#[derive(Debug)]
struct Place {
    name: String,
    text: String,
}

impl Place {
    /// A sentence that begins with file, line and column.
    fn at(&self, offset: usize, what: impl Display) -> Failure {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        Failure::arguments(format!("{}:{line}:{column}: {what}", self.name))
            .next("Nothing was changed.")
    }

    fn of<T>(&self, spanned: &Spanned<T>, what: impl Display) -> Failure {
        // Within the quotes of a text.
        self.at(spanned.span().start, what)
    }
}

impl Wanted {
    /// Reads a file; nothing of it is done yet.
    pub(crate) fn read(file: &Path, today: Date) -> Result<Self, Failure> {
        let place = match file == Path::new("-") {
            true => Place {
                name: "standard input".into(),
                text: std::io::read_to_string(std::io::stdin()).map_err(|error| {
                    Failure::failed(format!("standard input cannot be read: {error}"))
                })?,
            },
            false => Place {
                name: file.display().to_string(),
                text: std::fs::read_to_string(file).map_err(Failure::at_file("reading", file))?,
            },
        };
        let read: Text = toml::from_str(&place.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            place.at(offset, error.message().trim())
        })?;
        let mut accounts = Vec::with_capacity(read.account.len());
        for account in read.account {
            accounts.push(place.account(account)?);
        }
        let mut datasets = Vec::with_capacity(read.dataset.len());
        for dataset in read.dataset {
            datasets.push(place.dataset(dataset, today)?);
        }
        let wanted = Self {
            accounts,
            datasets,
            place,
        };
        wanted.refuse_doubles()?;
        Ok(wanted)
    }

    /// A mistake that only shows beside what is there already.
    pub(crate) fn wrong_at(&self, offset: usize, what: impl Display) -> Failure {
        self.place.at(offset, what)
    }

    fn refuse_doubles(&self) -> Result<(), Failure> {
        let mut seen = std::collections::HashSet::new();
        for account in &self.accounts {
            let name = &account.text.name;
            if !seen.insert(name.get_ref().trim().to_lowercase()) {
                let what = format!("the account '{}' stands here twice", name.get_ref());
                return Err(self.place.of(name, what));
            }
        }
        let mut seen = std::collections::HashSet::new();
        for dataset in &self.datasets {
            if !seen.insert(dataset.name.trim().to_lowercase()) {
                let what = format!("the DataSet '{}' stands here twice", dataset.name);
                let offset = self.place.text.rfind(&dataset.name).unwrap_or_default();
                return Err(self.place.at(offset, what));
            }
        }
        Ok(())
    }
}

impl Place {
    fn account(&self, text: AccountText) -> Result<WantedAccount, Failure> {
        let sign_in = match &text.sign_in {
            None => WantedSignIn::App,
            Some(word) => match word.get_ref().as_str() {
                "app" => WantedSignIn::App,
                "browser" => WantedSignIn::Browser,
                "device" => WantedSignIn::Device,
                other => {
                    let what = format!("'{other}' is no sign-in; there are app, browser, device");
                    return Err(self.of(word, what));
                }
            },
        };
        let cloud = match &text.cloud {
            None => CloudName::Global,
            Some(word) => word
                .get_ref()
                .parse()
                .map_err(|error| self.of(word, error))?,
        };
        let urls = text.login_url.is_some() && text.graph_url.is_some();
        let any = text.login_url.is_some() || text.graph_url.is_some();
        if (cloud == CloudName::Custom && !urls) || (cloud != CloudName::Custom && any) {
            let what = "login_url and graph_url belong to cloud = \"custom\", which needs both";
            return Err(self.of(&text.name, what));
        }
        let proofs = [
            text.client_secret.is_some(),
            text.certificate.is_some(),
            text.federated_token_file.is_some(),
        ];
        let proofs = proofs.into_iter().filter(|given| *given).count();
        let wanted = usize::from(sign_in == WantedSignIn::App);
        if proofs != wanted {
            let what = match sign_in {
                WantedSignIn::App => {
                    "an app signs in with one of client_secret, certificate, federated_token_file"
                }
                _ => "a person's sign-in takes no secret of the app",
            };
            return Err(self.of(&text.name, what));
        }
        Ok(WantedAccount {
            text,
            sign_in,
            cloud,
        })
    }

    fn dataset(&self, text: DataSetText, today: Date) -> Result<WantedDataSet, Failure> {
        let report = catalog()
            .find(text.report.get_ref())
            .map_err(|error| self.of(&text.report, error))?;
        let every_day = text
            .keep_every_day
            .as_ref()
            .is_some_and(|flag| *flag.get_ref());
        let details = self.details(&text, report, today, every_day)?;
        let update = match &text.update {
            Some(word) => word
                .get_ref()
                .parse()
                .map_err(|error| self.of(word, error))?,
            None if every_day => UpdateMethod::Partition,
            None => report.default_update(),
        };
        let mut key = Vec::with_capacity(text.key.len());
        let columns = exmetrics_decode::table_schema(report);
        for column in &text.key {
            let name = column.get_ref().trim().to_lowercase();
            if update != UpdateMethod::Upsert {
                let what = format!("a key is for upsert; the update method is {update}");
                return Err(self.of(column, what));
            }
            if columns.field_with_name(&name).is_err() {
                let what = format!("{} has no column '{name}'", report.slug);
                return Err(self.of(column, what));
            }
            key.push(name);
        }
        let schedule = match &text.schedule {
            Some(word) => Some(word.get_ref().parse().map_err(
                |error: exmetrics_catalog::ScheduleError| {
                    let within = error.column.map_or(0, |column| column.saturating_sub(1));
                    self.at(word.span().start + 1 + within, error.message)
                },
            )?),
            None if every_day => exmetrics_engine::KEEP_EVERY_DAY.parse().ok(),
            None => None,
        };
        let retry_every_seconds = match &text.retry_every {
            None => None,
            Some(word) => {
                let length: Result<jiff::SignedDuration, _> = word.get_ref().parse();
                match length {
                    Ok(length) if (1..=LONGEST_RETRY_SECONDS).contains(&length.as_secs()) => {
                        Some(length.as_secs())
                    }
                    _ => {
                        let what = format!(
                            "'{}' is no length of time; write for example 15m",
                            word.get_ref()
                        );
                        return Err(self.of(word, what));
                    }
                }
            }
        };
        if let Some(times) = &text.retry_times
            && !(0..=1000).contains(times.get_ref())
        {
            return Err(self.of(times, "retry_times is from 0 to 1000"));
        }
        if text.accounts.get_ref().is_empty() {
            return Err(self.of(&text.accounts, "a DataSet needs an account"));
        }
        let accounts = text.accounts.get_ref().iter();
        Ok(WantedDataSet {
            name: text.name.get_ref().clone(),
            report,
            accounts: accounts
                .map(|account| (account.get_ref().clone(), account.span().start))
                .collect(),
            details,
            update,
            key,
            schedule,
            retry_every_seconds,
            retry_times: text.retry_times.map(Spanned::into_inner),
            description: text.description,
            tags: text.tags,
        })
    }

    fn details(
        &self,
        text: &DataSetText,
        report: &Report,
        today: Date,
        every_day: bool,
    ) -> Result<Details, Failure> {
        let date = |word: &Option<Spanned<String>>| -> Result<Option<Date>, Failure> {
            let Some(word) = word else {
                return Ok(None);
            };
            let wrong = |_| {
                self.of(
                    word,
                    format!("'{}' is no date; write it as YYYY-MM-DD", word.get_ref()),
                )
            };
            word.get_ref().parse().map(Some).map_err(wrong)
        };
        let period = match &text.period {
            None => None,
            Some(word) => Some(
                word.get_ref()
                    .parse()
                    .map_err(|error| self.of(word, error))?,
            ),
        };
        let arguments = DetailsArguments {
            period,
            date: date(&text.date)?,
            days_back: text.days_back,
            from: date(&text.from)?,
            from_days_back: text.from_days_back,
            to: date(&text.to)?,
            to_days_back: text.to_days_back,
        };
        let given = arguments.how_many();
        let choices = given + usize::from(every_day);
        if choices > 1 {
            let what =
                "choose one of keep_every_day, period, date, days_back, or a range (from and to)";
            return Err(self.of(&text.name, what));
        }
        if every_day {
            return Ok(Details::every_day(report));
        }
        // The first word of the choice, as far as it is a word; a number of days stands in the table.
        let words = [&text.period, &text.date, &text.from, &text.to];
        let word = words.into_iter().flatten().next().unwrap_or(&text.name);
        arguments
            .read(report, today)
            .map_err(|failure| self.of(word, failure.message))
    }
}
