//! Addresses and networks of a pass (`catnip`), in the form of RFC 9164.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::cbor::{Malformed, Reader};
use super::write::Writer;

/// The tags of RFC 9164 §3.
const IPV4: u64 = 52;
const IPV6: u64 = 54;

/// The addresses that begin with the same bits: `192.0.2.0/24`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    /// How many bits count, from the left.
    length: u8,
}

/// Why a text names no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkError {
    /// Neither `ADDRESS` nor `ADDRESS/BITS`.
    NotANetwork,
    /// A bit is set that no longer belongs to the network: `10.0.0.1/8`.
    BitsBehind,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANetwork => "not an address or ADDRESS/BITS, such as 192.0.2.0/24",
            Self::BitsBehind => "sets bits behind the prefix; write the first address of the network",
        })
    }
}

impl std::error::Error for NetworkError {}

impl Network {
    fn new(first: IpAddr, length: u8) -> Result<Self, NetworkError> {
        if length > width(first) {
            return Err(NetworkError::NotANetwork);
        }
        if bits(first) & !mask(length) == 0 { Ok(Self { first, length }) } else { Err(NetworkError::BitsBehind) }
    }

    /// Whether the address is one of it. An IPv4 address that is written as an IPv6 one counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && bits(address) & mask(self.length) == bits(self.first)
    }

    /// Reads an address or a prefix. An interface (§3.1.3) is neither, and nobody at the edge knows an autonomous system's number.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let wide = match reader.tag()? {
            IPV4 => 4,
            IPV6 => 16,
            _ => return Err(Malformed),
        };
        if !reader.is_array_next() {
            let bytes = reader.bytes()?;
            let first = address(bytes, wide).filter(|_| bytes.len() == wide).ok_or(Malformed)?;
            return Self::new(first, width(first)).map_err(|_| Malformed);
        }
        if reader.array()? != 2 {
            return Err(Malformed);
        }
        let length = u8::try_from(reader.unsigned()?).map_err(|_| Malformed)?;
        let bytes = reader.bytes()?;
        // RFC 9164 §4 leaves zero bytes at the end out; @eyevinn/cat writes all bytes. Anything between has no use.
        if bytes.len() != wide && bytes.last() == Some(&0) {
            return Err(Malformed);
        }
        Self::new(address(bytes, wide).ok_or(Malformed)?, length).map_err(|_| Malformed)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let (tag, octets) = match self.first {
            IpAddr::V4(address) => (IPV4, address.octets().to_vec()),
            IpAddr::V6(address) => (IPV6, address.octets().to_vec()),
        };
        writer.tag(tag);
        if self.length == width(self.first) {
            writer.bytes(&octets);
            return;
        }
        let kept = octets.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        writer.array(2);
        writer.unsigned(u64::from(self.length));
        writer.bytes(octets.get(..kept).unwrap_or_default());
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, length) = text.split_once('/').map_or((text, None), |(first, length)| (first, Some(length)));
        let first: IpAddr = first.parse().map_err(|_| NetworkError::NotANetwork)?;
        let length = length.map_or(Ok(width(first)), |l| l.parse().map_err(|_| NetworkError::NotANetwork))?;
        Self::new(first, length)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.length == width(self.first) { self.first.fmt(f) } else { write!(f, "{}/{}", self.first, self.length) }
    }
}

/// An address of `wide` bytes that begins with these; `None` where there are too many.
fn address(bytes: &[u8], wide: usize) -> Option<IpAddr> {
    let mut whole = [0; 16];
    whole.get_mut(..wide)?.get_mut(..bytes.len())?.copy_from_slice(bytes);
    match whole {
        [a, b, c, d, ..] if wide == 4 => Some(IpAddr::from([a, b, c, d])),
        _ => Some(IpAddr::from(whole)),
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The address as a number, its first bit the highest of 128.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn mask(length: u8) -> u128 {
    if length == 0 { 0 } else { u128::MAX << (128 - u32::from(length)) }
}
