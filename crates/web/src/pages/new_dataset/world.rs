//! What there is around the form: accounts, other DataSets, channels, the time.

use exmetrics_store::{Account, DataSet};
use jiff::{Timestamp, civil::Date};

use crate::{problem::Problem, site::Site};

/// What there is around the form.
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) today: Date,
    pub(super) accounts: Vec<Account>,
    pub(super) datasets: Vec<DataSet>,
    /// Ids and names.
    pub(super) channels: Vec<(String, String)>,
    /// The DataSet that is changed, if one is.
    pub(super) there: Option<DataSet>,
}

impl World {
    pub(super) async fn look(site: &Site, there: Option<DataSet>) -> Result<Self, Problem> {
        let store = site.engine.store();
        // Channels that another key has sealed cannot be chosen; nothing else depends on them here.
        let channels = store.channels().await.unwrap_or_default();
        Ok(Self {
            now: site.now(),
            today: site.engine.today(),
            accounts: store.accounts().await?,
            datasets: store.datasets().await?,
            channels: channels
                .into_iter()
                .map(|channel| (channel.id, channel.name))
                .collect(),
            there,
        })
    }
}
