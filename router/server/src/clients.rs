//! Viewers that are clients of their own (`client_role`): what their tokens say of them, what becomes of their requests,
//! and what they have used.
//!
//! - `terms` reads the claims that the endpoint's settings name;
//! - `noted` is what becomes known of a request on its way, and what the log and the counters are told of it;
//! - `usage` are the counters, in bounded memory, and `page` shows them to operators.
//!
//! Where no endpoint has a `client_role`, none of this costs a request anything.

mod noted;
mod page;
mod terms;
mod usage;

pub(crate) use self::noted::Noted;
pub(crate) use self::page::answer;
pub(crate) use self::terms::{Quota, quota};
pub(crate) use self::usage::Usage;
