//! Telling people: a run that failed for good, one that works again, days about to be lost, columns that
//! changed, a certificate about to end. Each once; what goes on is quiet, and told when it is over.

use std::collections::{BTreeMap, BTreeSet};

use exmetrics_catalog::catalog;
use exmetrics_graph::Certificate;
use exmetrics_notify::{Channel, Limits, Notice, NoticeKind, NotifyClient, NotifyError, send};
use exmetrics_store::{DataSet, Delivery, RunState, SignIn};
use jiff::{SignedDuration, Timestamp, civil::Date};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{Engine, EngineError, EngineErrorKind, RunReport, name_days, utc_day};

/// A day that expires within so many days and is not captured is about to be lost.
pub(crate) const AT_RISK_DAYS: i64 = 3;

/// So long before a certificate ends it is told.
const CERTIFICATE_DAYS: i64 = 30;

/// How often bringing a notice somewhere is tried; the waits double from a minute to some hours.
const TRIES: i64 = 8;

/// A channel as it is sealed.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChannelSpec {
    Webhook {
        url: String,
    },
    Mail {
        server: String,
        from: String,
        to: Vec<String>,
    },
}

/// Where notices are to go.
#[derive(Debug, Clone)]
pub enum NewChannel {
    /// A web address that takes JSON.
    Webhook {
        /// The address; it may hold a token.
        url: SecretString,
    },
    /// People's mail.
    Mail {
        /// `smtp://user:password@host:port`.
        server: SecretString,
        /// Who writes.
        from: String,
        /// Who reads.
        to: Vec<String>,
    },
}

impl Engine {
    /// Makes a channel, after a look whether it can be one.
    ///
    /// # Errors
    /// When its address is unusable or its name is taken.
    pub async fn add_channel(&self, name: &str, new: NewChannel) -> Result<(), EngineError> {
        let spec = match &new {
            NewChannel::Webhook { url } => ChannelSpec::Webhook {
                url: url.expose_secret().to_owned(),
            },
            NewChannel::Mail { server, from, to } => ChannelSpec::Mail {
                server: server.expose_secret().to_owned(),
                from: from.clone(),
                to: to.clone(),
            },
        };
        channel_of(&spec).map_err(|error| wrong(&error))?;
        let how = serde_json::to_string(&spec).map(SecretString::from);
        let how = how.map_err(|_| EngineError::new(EngineErrorKind::Failed, "no such channel"))?;
        Ok(self.store.add_channel(name, &how, self.clock.now()).await?)
    }

    /// The channels: name and place.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn channel_places(&self) -> Result<Vec<(String, String)>, EngineError> {
        let channels = self.store.channels().await?.into_iter();
        Ok(channels
            .map(|channel| {
                let place = read_channel(&channel.how).map(|channel| channel.name());
                (channel.name, place.unwrap_or_else(|error| error.message))
            })
            .collect())
    }

    /// Brings one notice to one channel, to see whether it works.
    ///
    /// # Errors
    /// What the channel answered.
    pub async fn try_channel(&self, name: &str) -> Result<(), EngineError> {
        let wanted = name.trim().to_lowercase();
        let channels = self.store.channels().await?;
        let found = channels
            .iter()
            .find(|one| one.name.to_lowercase() == wanted);
        let Some(found) = found else {
            let message = format!("there is no channel '{name}'");
            return Err(EngineError::new(EngineErrorKind::WrongArgument, message)
                .next("`exmetrics notify list` shows them."));
        };
        let notice = Notice {
            kind: NoticeKind::Recovered,
            title: "exmetrics can reach you here".into(),
            text: "This is a trial; nothing has happened.".into(),
            ..self.blank_notice()
        };
        let tried =
            async { send(&read_channel(&found.how)?, &notice, &self.notify_client()?).await };
        tried.await.map_err(|error| wrong(&error))
    }

    /// Tells how a run ended, if that is news. `again_at` is when it is tried again; then nothing is told
    /// yet.
    pub(crate) async fn tell_run(
        &self,
        dataset: &DataSet,
        outcome: &Result<RunReport, EngineError>,
        again_at: Option<Timestamp>,
    ) -> Result<(), EngineError> {
        if let Ok(report) = outcome {
            self.tell_drift(dataset, report).await?;
        }
        let (failed, text, next_step, run_id) = match outcome {
            Ok(report) => {
                let failed: Vec<_> = report
                    .accounts
                    .iter()
                    .filter(|account| account.state == RunState::Failed)
                    .collect();
                let texts: Vec<String> = failed
                    .iter()
                    .map(|account| {
                        let message = account.message.as_deref().unwrap_or("failed");
                        format!("{}: {message}", account.name)
                    })
                    .collect();
                let next_step = failed.iter().find_map(|account| account.next_step.clone());
                (
                    !failed.is_empty(),
                    texts.join("\n"),
                    next_step,
                    Some(report.id.clone()),
                )
            }
            Err(error) if error.kind == EngineErrorKind::Cancelled => return Ok(()),
            Err(error) => {
                let next_step = Some(error.next_step.clone()).filter(|next| !next.is_empty());
                (true, error.message.clone(), next_step, None)
            }
        };
        if failed {
            if again_at.is_none() {
                let notice = Notice {
                    title: format!("{} failed", dataset.name),
                    text,
                    next_step,
                    dataset: Some(dataset.name.clone()),
                    run_id,
                    ..self.blank_notice()
                };
                self.raise(&dataset.id, &notice).await?;
            }
            return Ok(());
        }
        let kind = NoticeKind::RunFailed;
        let now = self.clock.now();
        if self
            .store
            .end_notice(&dataset.id, kind.as_str(), now)
            .await?
            .is_some()
        {
            let notice = Notice {
                kind: NoticeKind::Recovered,
                title: format!("{} works again", dataset.name),
                text:
                    "Its runs succeed again. Whether days were lost meanwhile its coverage tells."
                        .into(),
                next_step: Some(format!(
                    "See: exmetrics dataset coverage \"{}\"",
                    dataset.name
                )),
                dataset: Some(dataset.name.clone()),
                run_id,
                ..self.blank_notice()
            };
            self.raise(&dataset.id, &notice).await?;
            // It is over as soon as it is told.
            self.store
                .end_notice(&dataset.id, notice.kind.as_str(), now)
                .await?;
        }
        Ok(())
    }

    async fn tell_drift(&self, dataset: &DataSet, report: &RunReport) -> Result<(), EngineError> {
        if report.drift.is_empty() {
            return Ok(());
        }
        let text = report.drift.join("\n");
        let notice = Notice {
            kind: NoticeKind::Drift,
            title: format!("the columns of {} have changed", dataset.name),
            text,
            dataset: Some(dataset.name.clone()),
            run_id: Some(report.id.clone()),
            ..self.blank_notice()
        };
        // The same change again is no news; another one is.
        let subject = format!(
            "{}/{:016x}",
            dataset.id,
            xxhash_rust::xxh3::xxh3_64(notice.text.as_bytes())
        );
        self.raise(&subject, &notice).await
    }

    /// Looks for what is about to be lost or to end. Told once a day at most.
    pub(crate) async fn tell_what_is_about_to_end(&self) -> Result<(), EngineError> {
        let today = self.today();
        for (account_id, (account, datasets)) in self.days_at_risk().await? {
            let many = datasets.len();
            let days: BTreeSet<Date> = datasets.iter().flat_map(|(_, days)| days.clone()).collect();
            let days: Vec<Date> = days.into_iter().collect();
            let names: Vec<&str> = datasets
                .iter()
                .take(5)
                .map(|(name, _)| name.as_str())
                .collect();
            let more = many.saturating_sub(names.len());
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            let notice = Notice {
                kind: NoticeKind::DayAboutToBeLost,
                title: format!("days of {account} are about to be lost"),
                text: format!(
                    "Within {AT_RISK_DAYS} days Microsoft stops answering for {}, which {many} DataSets \
                     have not captured: {}{more}",
                    name_days(&days),
                    names.join(", ")
                ),
                next_step: Some("See why with: exmetrics run list; exmetrics account check".into()),
                account: Some(account),
                ..self.blank_notice()
            };
            self.raise(&format!("{account_id}/{today}"), &notice)
                .await?;
        }
        for account in self.store.accounts().await? {
            if account.sign_in != SignIn::Certificate {
                continue;
            }
            // One that another key sealed is told when the account is used.
            let Ok(Some(secret)) = self.store.account_secret(&account.id).await else {
                continue;
            };
            let pem = secret.expose_secret().as_bytes();
            let Ok(certificate) = Certificate::from_pem(pem) else {
                continue;
            };
            let ends = certificate.expires_at();
            if ends.duration_since(self.clock.now())
                > SignedDuration::from_hours(24 * CERTIFICATE_DAYS)
            {
                continue;
            }
            let notice = Notice {
                kind: NoticeKind::SignInEnding,
                title: format!("the certificate of {} is about to end", account.name),
                text: format!("It can be used until {}.", utc_day(ends)),
                next_step: Some(format!(
                    "Add a new one to the app registration, then: exmetrics account sign-in \"{}\" \
                     --certificate FILE",
                    account.name
                )),
                account: Some(account.name.clone()),
                ..self.blank_notice()
            };
            self.raise(&format!("{}/{}", account.id, ends), &notice)
                .await?;
        }
        Ok(())
    }

    /// By account: its name, and of each DataSet the days that expire soon and are not captured.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn days_at_risk(&self) -> Result<AtRisk, EngineError> {
        let today = self.today();
        let mut at_risk = AtRisk::new();
        let open = self.store.open_days().await?;
        for dataset in self.store.datasets().await? {
            let Some(window) = catalog().find(&dataset.report)?.window_days() else {
                continue;
            };
            for (account_id, day) in open.get(&dataset.id).into_iter().flatten() {
                if !is_at_risk(*day, today, window) {
                    continue;
                }
                let name = |(id, name): &(String, String)| (id == account_id).then(|| name.clone());
                let Some(account) = dataset.accounts.iter().find_map(name) else {
                    continue;
                };
                let (_, datasets) = at_risk
                    .entry(account_id.clone())
                    .or_insert_with(|| (account, Vec::new()));
                match datasets.last_mut() {
                    Some((last, days)) if *last == dataset.name => days.push(*day),
                    _ => datasets.push((dataset.name.clone(), vec![*day])),
                }
            }
        }
        Ok(at_risk)
    }

    /// Brings what is to be told to where it is to be told.
    pub(crate) async fn deliver_notices(&self) -> Result<(), EngineError> {
        let deliveries = self.store.take_deliveries(self.clock.now()).await?;
        if deliveries.is_empty() {
            return Ok(());
        }
        let client = self.notify_client().map_err(|error| wrong(&error))?;
        futures::future::join_all(deliveries.iter().map(|one| self.deliver(one, &client))).await;
        Ok(())
    }

    async fn deliver(&self, delivery: &Delivery, client: &NotifyClient) {
        let sent = async {
            let notice: Notice = serde_json::from_str(&delivery.body).map_err(|_| unreadable())?;
            send(&read_channel(&delivery.channel.how)?, &notice, client).await
        };
        let noted = match sent.await {
            Ok(()) => self.store.note_delivery(delivery, None, None).await,
            Err(error) => {
                let minutes = 1_i64 << delivery.attempt.clamp(0, 8);
                let wait = error
                    .retry_after
                    .and_then(|wait| SignedDuration::try_from(wait).ok())
                    .unwrap_or(SignedDuration::from_mins(minutes));
                let again = (error.retry && delivery.attempt + 1 < TRIES)
                    .then(|| self.clock.now().saturating_add(wait).ok())
                    .flatten();
                tracing::warn!(channel = delivery.channel.name, %error, "a notice did not get through");
                self.store
                    .note_delivery(delivery, again, Some(&error.message))
                    .await
            }
        };
        if let Err(error) = noted {
            tracing::warn!(%error, "how a notice went could not be noted");
        }
    }

    async fn raise(&self, subject: &str, notice: &Notice) -> Result<(), EngineError> {
        let body = serde_json::to_string(notice).unwrap_or_default();
        let (kind, now) = (notice.kind.as_str(), self.clock.now());
        if self.store.raise_notice(subject, kind, &body, now).await? {
            tracing::info!(kind, title = notice.title, "people are told");
        }
        Ok(())
    }

    fn blank_notice(&self) -> Notice {
        Notice {
            kind: NoticeKind::RunFailed,
            title: String::new(),
            text: String::new(),
            next_step: None,
            dataset: None,
            account: None,
            run_id: None,
            at: self.clock.now(),
            link: None,
        }
    }

    fn notify_client(&self) -> Result<NotifyClient, NotifyError> {
        let proxy = self
            .settings
            .proxy
            .as_ref()
            .map(|proxy| exmetrics_notify::Proxy {
                url: proxy.url.clone(),
                except: proxy.except.clone(),
            });
        NotifyClient::new(Limits::default(), proxy.as_ref())
    }
}

/// Whether a day's window ends soon, and has not ended.
pub(crate) fn is_at_risk(day: Date, today: Date, window: u16) -> bool {
    let left = i64::from(window) - i64::from((today - day).get_days());
    (0..=AT_RISK_DAYS).contains(&left)
}

/// By account id: the account's name, and each DataSet's name with its days.
pub type AtRisk = BTreeMap<String, (String, Vec<(String, Vec<Date>)>)>;

fn read_channel(how: &SecretString) -> Result<Channel, NotifyError> {
    let spec = serde_json::from_str(how.expose_secret()).map_err(|_| unreadable())?;
    channel_of(&spec)
}

fn channel_of(spec: &ChannelSpec) -> Result<Channel, NotifyError> {
    match spec {
        ChannelSpec::Webhook { url } => Channel::webhook(SecretString::from(url.as_str())),
        ChannelSpec::Mail { server, from, to } => Channel::mail(
            SecretString::from(server.as_str()),
            from.clone(),
            to.clone(),
        ),
    }
}

fn unreadable() -> NotifyError {
    NotifyError {
        message: "it was written by another version and cannot be read".into(),
        retry: false,
        retry_after: None,
    }
}

fn wrong(error: &NotifyError) -> EngineError {
    let kind = if error.retry {
        EngineErrorKind::Failed
    } else {
        EngineErrorKind::WrongArgument
    };
    EngineError::new(kind, error.message.clone())
}
