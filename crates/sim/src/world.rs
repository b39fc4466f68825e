//! Everything the tenant's parts share: what it is like, what time it is there, what it remembers.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{Timestamp, ToSpan};
use secrecy::SecretString;

use crate::{
    Granted, SeenRequest, SimOptions,
    clock::Clock,
    download::Link,
    entra::Sessions,
    faults::{Fault, FaultBook, FaultPlace},
    hash,
    organisation::Organisation,
    table::Telling,
};

/// A tenant that runs. It holds secrets, links and tokens: Debug shows none.
pub(crate) struct World {
    pub(crate) options: SimOptions,
    pub(crate) clock: Clock,
    pub(crate) login_graph_url: String,
    pub(crate) download_url: String,
    live: Mutex<Live>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("login_graph_url", &self.login_graph_url)
            .field("download_url", &self.download_url)
            .finish_non_exhaustive()
    }
}

/// What changes while it runs.
pub(crate) struct Live {
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) secret_expired: bool,
    pub(crate) granted: Granted,
    pub(crate) consented: bool,
    pub(crate) concealed: bool,
    pub(crate) interaction_required: bool,
    pub(crate) faults: FaultBook,
    pub(crate) requests: Vec<SeenRequest>,
    pub(crate) sessions: Sessions,
    /// By the query of the link, byte for byte.
    pub(crate) links: HashMap<String, Link>,
    /// When each function was asked: (function, whether for JSON).
    pub(crate) asked: HashMap<(&'static str, bool), VecDeque<Timestamp>>,
    made: u64,
}

impl World {
    pub(crate) fn new(
        mut options: SimOptions,
        login_graph_url: String,
        download_url: String,
    ) -> Self {
        let live = Live {
            client_secret: options.client_secret.take(),
            secret_expired: false,
            granted: options.granted,
            consented: options.consented,
            concealed: options.concealed,
            interaction_required: false,
            faults: FaultBook::new(std::mem::take(&mut options.faults)),
            requests: Vec::new(),
            sessions: Sessions::default(),
            links: HashMap::new(),
            asked: HashMap::new(),
            made: 0,
        };
        let clock = Clock::starting_at(options.now);
        Self {
            options,
            clock,
            login_graph_url,
            download_url,
            live: Mutex::new(live),
        }
    }

    /// What changes. A handler that panicked has changed nothing by halves.
    pub(crate) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that has not been made before.
    pub(crate) fn make(&self) -> u64 {
        let mut live = self.live();
        live.made += 1;
        let origin = hash::pair(self.options.seed, hash::text(&self.login_graph_url));
        hash::pair(origin, live.made)
    }

    /// A text of random letters and digits.
    pub(crate) fn make_text(&self, length: usize) -> String {
        const LETTERS: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let salt = self.make();
        (0..length as u64)
            .map(|place| char::from(hash::pick(hash::pair(salt, place), LETTERS)))
            .collect()
    }

    /// What happens to a request, if anything does.
    pub(crate) fn strike(
        &self,
        place: FaultPlace,
        function: Option<&str>,
        ask: Option<&str>,
    ) -> Option<Fault> {
        let today = self.clock.today();
        self.live().faults.strike(place, function, ask, today)
    }

    /// What replies are told from at this moment.
    pub(crate) fn telling(&self) -> Telling {
        let today = self.clock.today();
        let refresh = today.saturating_sub(i64::from(self.options.lag_days).days());
        Telling {
            organisation: Organisation {
                seed: self.options.seed,
                people: u64::from(self.options.people.max(1)),
                domain: self.options.tenant_domain.clone(),
            },
            tenant_id: self.options.tenant_id.clone(),
            today,
            refresh,
            restate: self.options.restate,
            concealed: self.live().concealed,
            rows_override: self.options.rows_override,
        }
    }
}
