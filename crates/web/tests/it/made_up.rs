//! Tables whose answers a test makes up, and a DataSet that they belong to.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use exmetrics_catalog::{Cloud, CloudName, DayChoice, Details, UpdateMethod, catalog};
use exmetrics_engine::{
    Landing, LandingMark, NamedTable, Restored, Rows, TableFailure, TableReader, TableState,
    TableVersion, Tables, UpdateRule, table_schema,
};
use exmetrics_store::{Account, DataSet, NewAccount, NewDataSet, SignIn};
use futures::{StreamExt, stream};
use jiff::{Timestamp, civil::Date};

use crate::support::House;

/// What tables say.
#[derive(Default)]
pub(crate) struct MadeUp {
    /// Of which report the table is; of one by day without it.
    pub(crate) report: Mutex<Option<&'static str>>,
    /// How many rows the table has; none: it is gone.
    pub(crate) rows: Mutex<Option<u64>>,
    /// What is answered to a question that has some words in it, the first that fits.
    pub(crate) answers: Mutex<Vec<(&'static str, RecordBatch)>>,
    /// What is answered with a failure.
    pub(crate) failures: Mutex<Vec<(&'static str, &'static str)>>,
    /// Questions that have these words are never answered.
    pub(crate) never: Mutex<Vec<&'static str>>,
    /// What was asked.
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) versions: Mutex<Vec<TableVersion>>,
    pub(crate) restored: Mutex<Vec<u64>>,
    /// The rows of a download, batch by batch.
    pub(crate) download: Mutex<Vec<Result<RecordBatch, &'static str>>>,
}

impl MadeUp {
    pub(crate) fn with_rows(rows: u64) -> Arc<Self> {
        let made_up = Self::default();
        *made_up.rows.lock().unwrap() = Some(rows);
        Arc::new(made_up)
    }

    fn columns(&self) -> SchemaRef {
        let report = self.report.lock().unwrap().unwrap_or(BY_DAY);
        table_schema(catalog().find(report).unwrap())
    }

    pub(crate) fn answer(&self, words: &'static str, batch: RecordBatch) {
        self.answers.lock().unwrap().push((words, batch));
    }

    /// The questions that have some words in them.
    pub(crate) fn questions(&self, words: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let fitting = asked.iter().filter(|question| question.contains(words));
        fitting.cloned().collect()
    }
}

fn failure(message: &str) -> TableFailure {
    TableFailure {
        wrong_argument: true,
        message: message.to_owned(),
        next_step: String::new(),
        source: None,
    }
}

const BY_DAY: &str = "email-activity-user-detail";

fn rows(batch: RecordBatch) -> Rows {
    Rows {
        columns: batch.schema(),
        batches: stream::iter([Ok(batch)]).boxed(),
    }
}

#[async_trait]
impl TableReader for MadeUp {
    async fn describe(&self, _: &str) -> Result<TableState, TableFailure> {
        let rows = self
            .rows
            .lock()
            .unwrap()
            .ok_or_else(|| failure("there is no table"))?;
        Ok(TableState {
            version: 7,
            rows,
            files: 3,
            bytes: 12_345,
            columns: self.columns(),
        })
    }

    async fn history(&self, _: &str) -> Result<Vec<TableVersion>, TableFailure> {
        Ok(self.versions.lock().unwrap().clone())
    }

    async fn rows(&self, _: &str, _: Option<u64>) -> Result<Rows, TableFailure> {
        let batches = std::mem::take(&mut *self.download.lock().unwrap());
        let first = batches.iter().find_map(|batch| batch.as_ref().ok());
        Ok(Rows {
            columns: first.unwrap().schema(),
            batches: stream::iter(batches)
                .map(|batch| batch.map_err(failure))
                .boxed(),
        })
    }

    async fn ask(
        &self,
        _: Vec<NamedTable>,
        question: &str,
        _: usize,
    ) -> Result<Rows, TableFailure> {
        self.asked.lock().unwrap().push(question.to_owned());
        let never = self
            .never
            .lock()
            .unwrap()
            .iter()
            .any(|words| question.contains(words));
        if never {
            std::future::pending::<()>().await;
        }
        let failures = self.failures.lock().unwrap().clone();
        if let Some((_, message)) = failures.iter().find(|(words, _)| question.contains(words)) {
            return Err(failure(message));
        }
        let answers = self.answers.lock().unwrap().clone();
        let found = answers
            .into_iter()
            .find(|(words, _)| question.contains(words));
        Ok(rows(match found {
            Some((_, batch)) => batch,
            None if question.contains("GROUP BY day, _account") => batch(&[
                ("day", days(&[])),
                ("_account", texts(&[])),
                ("rows", numbers(&[])),
            ]),
            None if question.contains("GROUP BY day") => {
                let sums = ["a", "b", "c", "d", "e"].map(|name| (name, numbers(&[])));
                let all: Vec<_> = std::iter::once(("day", days(&[]))).chain(sums).collect();
                batch(&all)
            }
            None => RecordBatch::new_empty(self.columns()),
        }))
    }
}

#[async_trait]
impl Tables for MadeUp {
    async fn create(&self, _: &str, _: &str, _: &SchemaRef) -> Result<(), TableFailure> {
        Ok(())
    }

    async fn remove(&self, _: &str) -> Result<bool, TableFailure> {
        Ok(true)
    }

    async fn begin(
        &self,
        _: &str,
        _: LandingMark,
        _: UpdateRule,
    ) -> Result<Box<dyn Landing>, TableFailure> {
        Err(failure("nothing lands in this test"))
    }

    async fn restore(&self, _: &str, version: u64, _: Timestamp) -> Result<Restored, TableFailure> {
        self.restored.lock().unwrap().push(version);
        Ok(Restored {
            version: 8,
            rows: 1,
        })
    }

    async fn days(&self, _: &str, _: &str) -> Result<BTreeSet<(String, Date)>, TableFailure> {
        Ok(BTreeSet::new())
    }
}

/// An account, and a DataSet of one report by day.
pub(crate) async fn dataset(house: &House) -> (Account, DataSet) {
    let details = Details::Range {
        from: DayChoice::DaysBack(28),
        to: DayChoice::DaysBack(1),
    };
    dataset_of(house, BY_DAY, details).await
}

/// The same of any report.
pub(crate) async fn dataset_of(
    house: &House,
    report: &str,
    details: Details,
) -> (Account, DataSet) {
    let store = house.store();
    let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
    let account = NewAccount {
        name: "contoso <b>".to_owned(),
        tenant: "contoso.example".to_owned(),
        client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
        sign_in: SignIn::ClientSecret,
        cloud: Cloud::known(CloudName::Global).unwrap(),
        secret: None,
    };
    let account = store.add_account(&account, now).await.unwrap();
    let new = NewDataSet {
        name: "Mail by user".to_owned(),
        report: report.to_owned(),
        account_ids: vec![account.id.clone()],
        details,
        update: UpdateMethod::Partition,
        key: Vec::new(),
        schedule: None,
        retry_every_seconds: None,
        retry_times: None,
        description: "For <script>alert(1)</script> the team".to_owned(),
        tags: vec!["mail".to_owned()],
        tables_root: house.folder.path().join("tables").display().to_string(),
    };
    let dataset = house.engine.create_dataset(&new).await.unwrap();
    (account, dataset)
}

/// Days since 1970.
pub(crate) fn days(texts: &[&str]) -> ArrayRef {
    let epoch = Date::constant(1970, 1, 1);
    let day = |text: &&str| (text.parse::<Date>().unwrap() - epoch).get_days();
    Arc::new(Date32Array::from_iter_values(texts.iter().map(day)))
}

pub(crate) fn numbers(numbers: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(numbers.to_vec()))
}

pub(crate) fn texts(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

/// Columns by name.
pub(crate) fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    let field = |(name, column): &(&str, ArrayRef)| {
        let kind: DataType = column.data_type().clone();
        Field::new(*name, kind, true)
    };
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    let columns = columns.iter().map(|(_, column)| column.clone()).collect();
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}
