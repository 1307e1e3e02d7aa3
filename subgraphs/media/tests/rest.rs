//! The REST paths of media (domain.md 4.3). Tests name the rows that they prove: RG for ranges and conditions, PS for
//! addresses with a proof, AS for the verification standard.

mod addresses;
mod conditions;
mod connections;
mod downloads;
mod parts;
mod ranges;
mod segments;
mod tampering;
mod uploads;

use http::Method;
use kit_testing::{Reply, TestDatabase};

use crate::house::{DIGITS, House, Sending, TEXT, learner};

/// A file that somebody has, and the address that they fetch it from.
pub(crate) struct Shelf {
    pub(crate) house: House,
    pub(crate) file: String,
    pub(crate) url: String,
}

impl Shelf {
    /// Ten digits.
    pub(crate) async fn digits() -> Self {
        Self::with(TEXT).await
    }

    pub(crate) async fn with(sending: Sending<'_>) -> Self {
        let house = House::open(TestDatabase::sqlite()).await;
        let file = house.keep(&learner(), sending).await;
        let url = house.address(&learner(), &file).await;
        Self { house, file, url }
    }

    pub(crate) async fn get(&self, headers: &[(&str, &str)]) -> Reply {
        self.house.get(&self.url, headers).await
    }

    pub(crate) async fn head(&self, headers: &[(&str, &str)]) -> Reply {
        self.house.http(Method::HEAD, &self.url, headers, Vec::new()).await
    }

    /// What a `Range` is answered with: the status, the bytes, and `Content-Range`.
    pub(crate) async fn range(&self, range: &str) -> (u16, String, String) {
        let reply = self.get(&[("range", range)]).await;
        let bytes = String::from_utf8(reply.bytes.to_vec()).unwrap();
        (reply.status.as_u16(), bytes, reply.header("content-range").to_owned())
    }

    /// That the whole file came.
    pub(crate) async fn is_whole(&self, range: &str) {
        let whole = String::from_utf8(DIGITS.to_vec()).unwrap();
        assert_eq!(self.range(range).await, (200, whole, String::new()), "{range}");
    }
}

/// The code of a problem.
pub(crate) fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}
