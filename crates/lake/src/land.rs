//! The files of a run become one version of the table, by update method, together with the mark of the
//! run: either all of it is in the table, or nothing.

use arrow_array::BooleanArray;
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use datafusion::prelude::{SessionConfig, SessionContext};
use deltalake::{
    datafile::{DataFileReader, reader::ParquetFileReader},
    kernel::{
        Action, Add, LogicalFileView, MetadataExt, Transaction,
        engine::arrow_conversion::TryFromArrow,
        schema::StructType,
        transaction::{CommitBuilder, CommitProperties},
    },
    protocol::{DeltaOperation, SaveMode},
};
use exmetrics_catalog::UpdateMethod;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;

use crate::{
    DataSetTable, LakeError, LakeErrorKind, ReplyFiles, ReplyWriter,
    key::{KeyReader, KeySet},
    prune::Bounds,
    reply::file_writer,
    schema,
};

/// How often a landing starts over when other writers get in between.
const TRIES: usize = 12;

/// Who lands. The number grows from landing to landing of one DataSet, so that one that is repeated
/// after a crash is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingMark {
    /// The DataSet's lasting id.
    pub dataset_id: String,
    /// The landing's number.
    pub number: i64,
    /// The run.
    pub run_id: String,
}

/// How rows enter the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateRule {
    /// The method, as people choose it.
    pub method: UpdateMethod,
    /// The columns whose values say which old rows a new row replaces: a row's key for upsert, the
    /// partition's for partition. For replace they say what of the table gives way to a run that did
    /// not bring everything.
    pub key: Vec<String>,
}

impl UpdateRule {
    fn key_columns(&self) -> Option<&[String]> {
        match self.method {
            UpdateMethod::Append => None,
            UpdateMethod::Replace => Some(&*self.key).filter(|key| !key.is_empty()),
            UpdateMethod::Upsert | UpdateMethod::Partition => Some(&self.key),
        }
    }
}

/// A run on its way into a table.
#[derive(Debug)]
pub struct Landing {
    table: DataSetTable,
    mark: LandingMark,
    rule: UpdateRule,
}

/// What a landing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The version that holds the run's rows.
    pub version: u64,
    /// How many rows came in.
    pub rows: u64,
    /// How many rows the table holds now.
    pub table_rows: u64,
    /// Whether this very run was in the table already, and nothing was done.
    pub already: bool,
}

impl Landing {
    /// Begins to land a run.
    pub fn begin(table: DataSetTable, mark: LandingMark, rule: UpdateRule) -> Self {
        Self { table, mark, rule }
    }

    /// Lands in the name of another DataSet: for tables that several write.
    pub fn set_dataset_id(&mut self, dataset_id: String) {
        self.mark.dataset_id = dataset_id;
    }

    /// A writer for one reply with these columns. Replies land in the order in which they are given to
    /// [`Landing::commit`]; of two with the same key the later one counts.
    ///
    /// # Errors
    /// When a key column is missing.
    pub fn reply(&self, columns: &SchemaRef) -> Result<ReplyWriter, LakeError> {
        let table_columns = self.table.schema()?;
        ReplyWriter::new(
            &self.table.table,
            columns,
            &table_columns,
            self.rule.key_columns(),
        )
    }

    /// A version that holds this landing, if it is in the table already.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub async fn landed_before(&self) -> Result<Option<u64>, LakeError> {
        if self.last_number().await? < Some(self.mark.number) {
            return Ok(None);
        }
        // As a rule it is this very landing. But the control database may have been put back from an
        // older copy, and count up again from there: only the commit itself tells.
        let newest_first = self.table.history().await?;
        let own = newest_first.iter().find(|version| {
            version.run_id.as_deref() == Some(&self.mark.run_id)
                && version.landing == Some(self.mark.number)
        });
        Ok(own.map(|version| version.version))
    }

    /// The number of the DataSet's last landing in the table.
    async fn last_number(&self) -> Result<Option<i64>, LakeError> {
        let failed = LakeError::while_doing("reading the table");
        let state = self.table.table.snapshot().map_err(&failed)?;
        state
            .transaction_version(self.table.table.log_store().as_ref(), app_id(&self.mark))
            .await
            .map_err(&failed)
    }

    /// Makes the rows of the replies the table's newest version. `whole` says that the run brought all
    /// it was to bring: only then does replace let go of every old row.
    ///
    /// # Errors
    /// When the table cannot be written; nothing of the run is in the table then.
    pub async fn commit(
        mut self,
        replies: Vec<ReplyFiles>,
        whole: bool,
        now: Timestamp,
    ) -> Result<Landed, LakeError> {
        let replies = self.without_superseded(replies).await?;
        let rows = replies.iter().map(|reply| reply.rows).sum();
        let failed = LakeError::while_doing("landing the run");
        for _ in 0..TRIES {
            self.table.table.update_state().await.map_err(&failed)?;
            if let Some(version) = self.landed_before().await? {
                let table_rows = self.table.state().await?.rows;
                return Ok(Landed {
                    version,
                    rows,
                    table_rows,
                    already: true,
                });
            }
            let change = match self.change(&replies, whole).await {
                Ok(change) => change,
                Err(error) => {
                    self.forget(replies).await;
                    return Err(error);
                }
            };
            let table_rows = change.kept_rows + rows;
            let tried = self.try_commit(&replies, &change, rows, table_rows, now);
            let error = match tried.await {
                Ok(version) => {
                    return Ok(Landed {
                        version,
                        rows,
                        table_rows,
                        already: false,
                    });
                }
                Err(error) => error,
            };
            // The commit may stand although it failed: its answer was lost, or what the library does
            // afterwards went wrong. Then its files are the table's, and nothing may be removed.
            self.table.table.update_state().await.map_err(&failed)?;
            if let Some(version) = self.landed_before().await? {
                tracing::warn!(%error, version, "the version was made all the same");
                return Ok(Landed {
                    version,
                    rows,
                    table_rows,
                    already: false,
                });
            }
            self.table
                .discard(change.rewritten.into_iter().map(|add| add.path))
                .await;
            if error.kind != LakeErrorKind::Conflict {
                // The replies are in the archive; their files would only fill the disk further.
                self.forget(replies).await;
                return Err(error);
            }
            tracing::debug!("another writer got in between; landing again");
        }
        Err(LakeError::new(
            LakeErrorKind::Conflict,
            "other writers kept changing the table while the run was landing",
        ))
    }

    /// Removes the files of replies that do not land.
    pub async fn forget(&self, replies: Vec<ReplyFiles>) {
        let adds = replies.into_iter().flat_map(|reply| reply.adds);
        self.table.discard(adds.map(|add| add.path)).await;
    }

    /// Of rows with the same key in two replies of one run, the later reply's count.
    async fn without_superseded(
        &self,
        replies: Vec<ReplyFiles>,
    ) -> Result<Vec<ReplyFiles>, LakeError> {
        let columns = match self.rule.method {
            UpdateMethod::Replace | UpdateMethod::Append => return Ok(replies),
            UpdateMethod::Upsert | UpdateMethod::Partition => &self.rule.key,
        };
        let mut settled: Vec<ReplyFiles> = Vec::with_capacity(replies.len());
        // From the last to the first: each one gives way to those after it.
        for reply in replies.into_iter().rev() {
            let later: Vec<&KeySet> = settled.iter().map(|reply| &reply.keys).collect();
            if !later.iter().any(|keys| keys.meets(&reply.keys)) {
                settled.push(reply);
                continue;
            }
            let kept = self.keep_outside(&reply, columns, &later).await?;
            self.table
                .discard(reply.adds.into_iter().map(|add| add.path))
                .await;
            settled.push(kept);
        }
        settled.reverse();
        Ok(settled)
    }

    /// Writes a reply's files anew, without the rows whose key a later reply has.
    async fn keep_outside(
        &self,
        reply: &ReplyFiles,
        columns: &[String],
        later: &[&KeySet],
    ) -> Result<ReplyFiles, LakeError> {
        let reader = KeyReader::new(columns, &reply.schema)?;
        let mut writer = ReplyWriter::new(
            &self.table.table,
            &reply.schema,
            self.table.schema()?.as_ref(),
            self.rule.key_columns(),
        )?;
        let failed = LakeError::while_doing("reading back a file of the run");
        let files = ParquetFileReader::new(self.table.store());
        for add in &reply.adds {
            let path = deltalake::Path::from(add.path.as_str());
            let mut batches = files.read_file(path).await.map_err(&failed)?;
            while let Some(batch) = batches.try_next().await.map_err(&failed)? {
                let batch = schema::fit(&batch, &reply.schema)?;
                let keep = reader.outside(&batch, later)?;
                let kept = filter_record_batch(&batch, &keep).map_err(LakeError::columns)?;
                writer.write(&kept).await?;
            }
        }
        writer.finish().await
    }

    /// What the run changes in the table as it stands: the files that go, and those written anew
    /// because some of their rows stay.
    async fn change(&self, replies: &[ReplyFiles], whole: bool) -> Result<Change, LakeError> {
        let state = self.table.state().await?;
        let everything = whole && self.rule.method == UpdateMethod::Replace;
        let gone = match self.rule.method {
            UpdateMethod::Append => Vec::new(),
            // Nothing came: what was captured stays.
            _ if replies.iter().all(|reply| reply.rows == 0) => Vec::new(),
            _ if everything => self.files(&Bounds::default()).await?,
            _ => {
                let mut bounds = Bounds::default();
                for reply in replies.iter().filter(|reply| reply.rows > 0) {
                    bounds.join(&reply.bounds);
                }
                self.files(&bounds).await?
            }
        };
        let gone_rows: u64 = gone
            .iter()
            .map(|file| file.num_records().unwrap_or_default() as u64)
            .sum();
        let untouched = state.rows - gone_rows.min(state.rows);
        let keyed = !everything && !gone.is_empty();
        let Some(columns) = self.rule.key_columns().filter(|_| keyed) else {
            return Ok(Change {
                gone,
                rewritten: Vec::new(),
                kept_rows: untouched,
            });
        };
        let sets: Vec<&KeySet> = replies.iter().map(|reply| &reply.keys).collect();
        let (rewritten, stayed) = self.rewrite(&gone, columns, &sets).await?;
        Ok(Change {
            gone,
            rewritten,
            kept_rows: untouched + stayed,
        })
    }

    async fn files(&self, bounds: &Bounds) -> Result<Vec<LogicalFileView>, LakeError> {
        bounds
            .files(&self.table.table)
            .await
            .map_err(LakeError::while_doing("reading the table"))
    }

    /// Writes anew the rows of some files whose key no reply has. The files stream through.
    async fn rewrite(
        &self,
        files: &[LogicalFileView],
        columns: &[String],
        sets: &[&KeySet],
    ) -> Result<(Vec<Add>, u64), LakeError> {
        let unread = LakeError::reading("the table");
        let table = &self.table.table;
        let provider = table
            .table_provider()
            .with_file_paths(files.iter().map(|file| file.path().into_owned()))
            .await
            .map_err(&unread)?;
        let context = plain_session();
        table
            .update_datafusion_session(&context.state())
            .map_err(LakeError::while_doing("reading the table"))?;
        let frame = context.read_table(provider).map_err(&unread)?;
        let mut batches = frame.execute_stream().await.map_err(&unread)?;

        let schema = self.table.schema()?;
        let reader = KeyReader::new(columns, &schema)?;
        let mut writer = file_writer(table, schema.clone())?;
        let mut stayed = 0;
        while let Some(batch) = batches.next().await {
            let batch = schema::fit(&batch.map_err(&unread)?, &schema)?;
            let keep: BooleanArray = reader.outside(&batch, sets)?;
            if keep.true_count() == 0 {
                continue;
            }
            let kept = filter_record_batch(&batch, &keep).map_err(LakeError::columns)?;
            stayed += kept.num_rows() as u64;
            writer
                .write(&kept)
                .await
                .map_err(LakeError::while_doing("writing rows"))?;
        }
        let adds = writer
            .close()
            .await
            .map_err(LakeError::while_doing("writing rows"))?;
        Ok((adds, stayed))
    }

    async fn try_commit(
        &self,
        replies: &[ReplyFiles],
        change: &Change,
        rows: u64,
        table_rows: u64,
        now: Timestamp,
    ) -> Result<u64, LakeError> {
        let failed = LakeError::while_doing("landing the run");
        let state = self.table.table.snapshot().map_err(&failed)?;
        let mut actions = Vec::new();
        if let Some(columns) = self.grown_columns(replies)? {
            let columns =
                StructType::try_from_arrow(columns.as_ref()).map_err(LakeError::columns)?;
            let metadata = state.metadata().clone().with_schema(&columns);
            let metadata = metadata.map_err(|error| failed(error.into()))?;
            actions.push(Action::Metadata(metadata));
        }
        let removes = change
            .gone
            .iter()
            .map(|file| Action::Remove(file.remove_action(true)));
        actions.extend(removes);
        let adds = change
            .rewritten
            .iter()
            .chain(replies.iter().flat_map(|reply| &reply.adds));
        actions.extend(adds.cloned().map(Action::Add));

        let mode = match self.rule.method {
            UpdateMethod::Append => SaveMode::Append,
            _ => SaveMode::Overwrite,
        };
        let last = self.last_number().await?;
        let number = last.map_or(self.mark.number, |last| self.mark.number.max(last + 1));
        let properties = CommitProperties::default()
            .with_application_transaction(Transaction::new(app_id(&self.mark), number))
            .with_metadata([
                (
                    "exmetrics.runId".to_owned(),
                    self.mark.run_id.clone().into(),
                ),
                ("exmetrics.landing".to_owned(), self.mark.number.into()),
                (
                    "exmetrics.method".to_owned(),
                    self.rule.method.as_str().into(),
                ),
                ("exmetrics.rows".to_owned(), rows.into()),
                ("exmetrics.tableRows".to_owned(), table_rows.into()),
                ("exmetrics.committedAt".to_owned(), now.to_string().into()),
            ]);
        let committed = CommitBuilder::from(properties)
            // Whoever got in between may have moved the very rows that this replaces. The library would
            // think that compacted files do not matter; here the change is reckoned anew instead.
            .with_max_retries(0)
            .with_actions(actions)
            .build(
                Some(state),
                self.table.table.log_store(),
                DeltaOperation::Write {
                    mode,
                    partition_by: None,
                    predicate: None,
                },
            )
            .await
            .map_err(&failed)?;
        Ok(committed.version())
    }

    /// The table's columns with those that the replies add; `None` when there are none.
    fn grown_columns(&self, replies: &[ReplyFiles]) -> Result<Option<SchemaRef>, LakeError> {
        let before = self.table.schema()?;
        let after = replies
            .iter()
            .filter(|reply| reply.rows > 0)
            .fold(before.clone(), |columns, reply| {
                schema::grown(&columns, &reply.schema)
            });
        Ok((after.fields().len() > before.fields().len()).then_some(after))
    }
}

struct Change {
    gone: Vec<LogicalFileView>,
    rewritten: Vec<Add>,
    kept_rows: u64,
}

fn app_id(mark: &LandingMark) -> String {
    format!("exmetrics/{}", mark.dataset_id)
}

/// A session that reads texts as plain strings, as they are written.
fn plain_session() -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(1).set_bool(
        "datafusion.execution.parquet.schema_force_view_types",
        false,
    );
    SessionContext::new_with_config(config)
}
