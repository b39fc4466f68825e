//! The tenant as a test holds it: starts it, watches it, changes it, stops it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    FaultRule, Granted, Host, SeenRequest, SimError, SimOptions, faults::FaultBook, hash, server,
    world::World,
};

/// A simulated tenant that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Sim {
    world: Arc<World>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts a simulated tenant: listens, and returns.
///
/// # Errors
/// When an address cannot be listened on, or the tenant id is no GUID.
pub async fn start(options: SimOptions) -> Result<Sim, SimError> {
    if !hash::is_guid(&options.tenant_id) {
        return Err(SimError::TenantId(options.tenant_id));
    }
    let (login_graph, login_graph_url) = listen(options.login_graph_listen).await?;
    let (download, download_url) = listen(options.download_listen).await?;
    let world = Arc::new(World::new(options, login_graph_url, download_url));
    let tasks = vec![
        tokio::spawn(server::serve(login_graph, Arc::clone(&world), false)),
        tokio::spawn(server::serve(download, Arc::clone(&world), true)),
    ];
    Ok(Sim { world, tasks })
}

/// Listens, and tells where: an address that stands for all is called by loopback's.
async fn listen(address: SocketAddr) -> Result<(TcpListener, String), SimError> {
    let failed = |source| SimError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    let url = if local.ip().is_unspecified() {
        format!("http://127.0.0.1:{}", local.port())
    } else {
        format!("http://{local}")
    };
    Ok((listener, url))
}

impl Sim {
    /// Where sign-in happens, without a trailing slash.
    pub fn login_url(&self) -> &str {
        &self.world.login_graph_url
    }

    /// Where Graph answers, without a trailing slash and version.
    pub fn graph_url(&self) -> &str {
        &self.world.login_graph_url
    }

    /// Where replies are downloaded.
    pub fn download_url(&self) -> &str {
        &self.world.download_url
    }

    /// The tenant's id.
    pub fn tenant_id(&self) -> &str {
        &self.world.options.tenant_id
    }

    /// The app's id.
    pub fn client_id(&self) -> &str {
        &self.world.options.client_id
    }

    /// The app's secret, where it has one.
    pub fn client_secret(&self) -> Option<SecretString> {
        self.world.live().client_secret.clone()
    }

    /// Everything that was asked so far.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.world.live().requests.clone()
    }

    /// Forgets what was asked so far.
    pub fn forget_requests(&self) {
        self.world.live().requests.clear();
    }

    /// How often a part was asked.
    pub fn count(&self, host: Host) -> usize {
        self.world
            .live()
            .requests
            .iter()
            .filter(|request| request.host == host)
            .count()
    }

    /// The requests that carried an access token or a cookie where none belongs.
    pub fn leaks(&self) -> Vec<SeenRequest> {
        self.world
            .live()
            .requests
            .iter()
            .filter(|request| request.leaks)
            .cloned()
            .collect()
    }

    /// What its clock shows.
    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// Sets its clock, which runs on from there.
    pub fn set_now(&self, now: Timestamp) {
        self.world.clock.set(now);
    }

    /// Moves its clock forward.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// Replaces the fault rules; each counts from the beginning.
    pub fn set_faults(&self, faults: Vec<FaultRule>) {
        self.world.live().faults = FaultBook::new(faults);
    }

    /// Gives the app another secret; the old one is bad from now on.
    pub fn set_client_secret(&self, secret: SecretString) {
        let mut live = self.world.live();
        live.client_secret = Some(secret);
        live.secret_expired = false;
    }

    /// Lets the app's secret expire: AADSTS7000222.
    pub fn expire_client_secret(&self) {
        self.world.live().secret_expired = true;
    }

    /// Changes the app's permissions. Tokens that are out keep theirs.
    pub fn set_granted(&self, granted: Granted) {
        self.world.live().granted = granted;
    }

    /// Whether somebody has agreed to the app's delegated permissions.
    pub fn set_consented(&self, consented: bool) {
        self.world.live().consented = consented;
    }

    /// Whether names are concealed.
    pub fn set_concealed(&self, concealed: bool) {
        self.world.live().concealed = concealed;
    }

    /// Whether names are concealed now.
    pub fn is_concealed(&self) -> bool {
        self.world.live().concealed
    }

    /// Ends all access tokens before their time: Graph answers 401.
    pub fn revoke_access_tokens(&self) {
        self.world.live().sessions.revoke_access_tokens();
    }

    /// Revokes every sign-in of a person, as after a new password: AADSTS50173.
    pub fn revoke_sign_ins(&self) {
        self.world.live().sessions.revoke_sign_ins();
    }

    /// Lets every sign-in of a person expire: AADSTS700082.
    pub fn expire_sign_ins(&self) {
        self.world.live().sessions.expire_sign_ins();
    }

    /// Whether a person must show a second factor again: AADSTS50076.
    pub fn require_interaction(&self, required: bool) {
        self.world.live().interaction_required = required;
    }

    /// Approves a device code, as the person with the code does. `false` if nobody waits for it.
    pub fn approve_device(&self, user_code: &str) -> bool {
        self.world.live().sessions.settle_device(user_code, true)
    }

    /// Declines a device code. `false` if nobody waits for it.
    pub fn decline_device(&self, user_code: &str) -> bool {
        self.world.live().sessions.settle_device(user_code, false)
    }

    /// Stops listening and ends every connection.
    pub async fn stop(mut self) {
        for task in std::mem::take(&mut self.tasks) {
            task.abort();
            // An aborted task ends with an error, and that is its end.
            let _ = task.await;
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
