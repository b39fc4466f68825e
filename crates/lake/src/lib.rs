//! DataSet tables: rows land here by an update method, and are read, restored and kept tidy here.
//!
//! The only room that knows Delta Lake and DataFusion. A table is a folder that other engines read
//! as it is. Rows and the mark of the run that brought them commit together, so landing the same run
//! again changes nothing.
//!
//! | module | job |
//! |---|---|
//! | [`table`](DataSetTable) | create and open one table |
//! | `reply` | the rows of one reply become Parquet files, not yet visible |
//! | `land` | the files of a run become one version, by update method |
//! | `key` | which rows mean the same, so that the new replace the old |
//! | `history` | versions, who made them, going back to one |
//! | `query` | SQL over all DataSets |
//! | `yielding` | joins that let others work |
//! | `upkeep` | compact small files, remove old ones |

mod error;
mod history;
mod key;
mod land;
mod prune;
mod query;
mod reply;
mod schema;
mod table;
mod upkeep;
mod yielding;

pub use datafusion::execution::SendableRecordBatchStream;
pub use error::{LakeError, LakeErrorKind};
pub use history::TableVersion;
pub use land::{Landed, Landing, LandingMark, UpdateRule};
pub use query::{NamedTable, QuerySession};
pub use reply::{ReplyFiles, ReplyWriter};
pub use table::{DataSetTable, TableState};
pub use upkeep::{Compacted, Vacuumed};
