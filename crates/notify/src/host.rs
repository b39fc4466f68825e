//! Which hosts may be spoken to, and how.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::Host;

/// Whether a host is this machine.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Whether a host is link-local, or the like, where clouds answer any process of a machine with the
/// machine's credentials: <https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service>.
pub(crate) fn is_link_local<S: AsRef<str>>(host: &Host<S>) -> bool {
    /// Amazon's, which is not of the link-local range:
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>.
    const AMAZON: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    match host {
        Host::Domain(_) => false,
        Host::Ipv4(address) => address.is_link_local(),
        Host::Ipv6(address) => {
            address.is_unicast_link_local()
                || *address == AMAZON
                || address
                    .to_ipv4_mapped()
                    .is_some_and(|mapped: Ipv4Addr| mapped.is_link_local())
        }
    }
}
