//! Which addresses may be called when the address came in a message: only public ones, so that nobody can make hark
//! knock on doors inside the operator's network. Addresses from the config are the operator's own and are not checked.
//!
//! A name is checked when it is resolved for the very connection that is then made, so it cannot resolve to one
//! address for the check and to another for the call.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why an address from a message is not called. The text never holds the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// Not the web.
    #[error("the address must start with http:// or https://")]
    Scheme,
    /// Somebody's password in a message, which would be sent along.
    #[error("the address must not hold a user name or password")]
    Credentials,
    /// Not a place on the public internet.
    #[error("the address is not on the public internet")]
    NotPublic,
}

/// Checks all of an address that can be seen without resolving its name.
pub fn check(url: &Url) -> Result<(), Blocked> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Blocked::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Blocked::Credentials);
    }
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        Some(Host::Domain(name)) if !is_local_name(name) => return Ok(()),
        Some(Host::Domain(_)) | None => return Err(Blocked::NotPublic),
    };
    if is_public(ip) {
        Ok(())
    } else {
        Err(Blocked::NotPublic)
    }
}

/// Whether an address from the config is on this very machine: only there may a secret be written in the config itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// RFC 6761 section 6.3: `localhost` and names under it are this machine, whatever a resolver says.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// IPv4 blocks that are not on the public internet, as network and prefix length: the IANA special-purpose registry
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>), multicast, reserved, and one cloud address.
const V4_BLOCKS: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8),            // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // shared by carriers
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's platform address, which answers its own machines only
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, and the metadata services of clouds
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24),  // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24),  // automatic multicast tunnelling
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 3),      // multicast, reserved, broadcast
];

/// The only IPv6 block that is given out for the public internet
/// (<https://www.iana.org/assignments/ipv6-address-space>): loopback, private, link-local, multicast, IPv4-mapped and
/// translated addresses all lie outside it.
const V6_PUBLIC: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Blocks inside [`V6_PUBLIC`] that are not on the public internet
/// (<https://www.iana.org/assignments/iana-ipv6-special-registry>).
const V6_BLOCKS: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, with Teredo
    (Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4, which holds an IPv4 address
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Whether an address is on the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !V4_BLOCKS.iter().any(|&block| is_v4_in(ip, block)),
        IpAddr::V6(ip) => {
            is_v6_in(ip, V6_PUBLIC) && !V6_BLOCKS.iter().any(|&block| is_v6_in(ip, block))
        }
    }
}

fn is_v4_in(ip: Ipv4Addr, (network, prefix): (Ipv4Addr, u32)) -> bool {
    (ip.to_bits() ^ network.to_bits()).leading_zeros() >= prefix
}

fn is_v6_in(ip: Ipv6Addr, (network, prefix): (Ipv6Addr, u32)) -> bool {
    (ip.to_bits() ^ network.to_bits()).leading_zeros() >= prefix
}

/// Resolves names to public addresses only.
#[derive(Debug, Clone, Copy)]
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(Blocked::NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(address: &str) -> Result<(), Blocked> {
        check(&Url::parse(address).expect("an address"))
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "https://partner.example/replies",
            "http://8.8.8.8:8080/x",
            "https://172.15.255.255",
            "https://172.32.0.1",
            "https://100.63.255.255",
            "https://100.128.0.1",
            "https://168.63.129.17",
            "https://223.255.255.255",
            "https://[2606:4700::1111]/",
            "https://[2001:200::1]/",
            "https://localhost.example/",
        ] {
            assert_eq!(verdict(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn addresses_inside_are_refused() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:8.8.8.8]",
            "[::127.0.0.1]",
            "[64:ff9b::a00:1]",
            "[64:ff9b:1::a00:1]",
            "[100::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[2001::1]",
            "[2001:20::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[3fff::1]",
            "[4000::1]",
        ] {
            let address = format!("http://{host}/");
            assert_eq!(verdict(&address), Err(Blocked::NotPublic), "{address}");
        }
    }

    #[test]
    fn only_the_web_without_passwords() {
        for (address, blocked) in [
            ("ftp://partner.example/", Blocked::Scheme),
            ("file:///etc/passwd", Blocked::Scheme),
            ("data:text/plain,x", Blocked::Scheme),
            ("https://ann@partner.example/", Blocked::Credentials),
            ("https://:pw@partner.example/", Blocked::Credentials),
        ] {
            assert_eq!(verdict(address), Err(blocked), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_this_machine_is_refused() {
        let name: Name = "localhost".parse().expect("a name");
        let error = PublicOnly.resolve(name).await.err().expect("refused");
        assert_eq!(error.downcast_ref::<Blocked>(), Some(&Blocked::NotPublic));
    }

    #[test]
    fn loopback_is_told_from_the_rest() {
        for (address, expected) in [
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000", true),
            ("http://localhost:9000", true),
            ("http://10.0.0.1", false),
            ("https://localhost.example", false),
        ] {
            let url = Url::parse(address).expect("an address");
            assert_eq!(is_loopback(&url), expected, "{address}");
        }
    }
}
