//! Small files become fewer, and files that no kept version names go.

use std::num::NonZeroU64;

use deltalake::kernel::transaction::CommitProperties;
use jiff::Timestamp;
use serde::Serialize;

use crate::{DataSetTable, LakeError, reply::writer_properties};

/// Files are merged up to about this size.
const TARGET_BYTES: NonZeroU64 = NonZeroU64::new(96 * 1024 * 1024).expect("not zero");

/// What compacting did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compacted {
    /// Files that were merged.
    pub files_before: u64,
    /// Files they became.
    pub files_after: u64,
}

/// What vacuuming did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vacuumed {
    /// Files that were removed.
    pub files: u64,
}

impl DataSetTable {
    /// Merges small files. No row changes.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn compact(&self, now: Timestamp) -> Result<Compacted, LakeError> {
        let (_, metrics) = self
            .table
            .clone()
            .optimize()
            .with_target_size(TARGET_BYTES)
            .with_writer_properties(writer_properties())
            .with_commit_properties(CommitProperties::default().with_metadata([
                ("exmetrics.method".to_owned(), "compact".into()),
                ("exmetrics.committedAt".to_owned(), now.to_string().into()),
            ]))
            .await
            .map_err(LakeError::while_doing("compacting the table"))?;
        Ok(Compacted {
            files_before: metrics.num_files_removed,
            files_after: metrics.num_files_added,
        })
    }

    /// Removes files that no version younger than `keep` needs. Versions older than that can no longer
    /// be restored.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn vacuum(
        &self,
        keep: jiff::SignedDuration,
        now: Timestamp,
    ) -> Result<Vacuumed, LakeError> {
        let kept = self.versions_since(now.saturating_sub(keep).unwrap_or(Timestamp::MIN));
        let kept = kept.await?;
        let keep = chrono::Duration::seconds(keep.as_secs().max(0));
        let (_, metrics) = self
            .table
            .clone()
            .vacuum()
            .with_retention_period(keep)
            .with_enforce_retention_duration(false)
            .with_keep_versions(&kept)
            .with_mode(deltalake::operations::vacuum::VacuumMode::Full)
            .await
            .map_err(LakeError::while_doing("vacuuming the table"))?;
        Ok(Vacuumed {
            files: metrics.files_deleted.len() as u64,
        })
    }

    /// The versions that were the newest at some time since: those made since, and the one before.
    async fn versions_since(&self, since: Timestamp) -> Result<Vec<u64>, LakeError> {
        let newest_first = self.history().await?;
        let made_before = |at: Option<Timestamp>| at.is_some_and(|at| at < since);
        let younger = newest_first
            .iter()
            .take_while(|version| !made_before(version.committed_at))
            .count();
        let kept = newest_first.iter().take(younger + 1);
        Ok(kept.map(|version| version.version).collect())
    }
}
