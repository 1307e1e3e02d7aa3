//! What people are told of their memberships (S0-SUB-2).

use chrono::DateTime;

use super::Notice;

/// What becomes of a membership. Times are UTC microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MembershipChange {
    ExpiringSoon { ends_at: i64, is_renewed: bool },
    Renewed { ends_at: i64 },
    PaymentFailed { access_ends_at: i64 },
    Expired,
}

impl MembershipChange {
    /// What its owner is told.
    pub(crate) fn notice(self) -> Notice {
        let (kind, title, body) = match self {
            Self::ExpiringSoon { ends_at, is_renewed: true } => (
                "enrollment.membership.expiring_soon",
                "Your membership is renewed soon",
                format!("It is renewed on {}. Cancel it before if you do not want that.", day(ends_at)),
            ),
            Self::ExpiringSoon { ends_at, is_renewed: false } => (
                "enrollment.membership.expiring_soon",
                "Your membership ends soon",
                format!("It ends on {}. Resume it before to keep every course open.", day(ends_at)),
            ),
            Self::Renewed { ends_at } => (
                "enrollment.membership.renewed",
                "Your membership is renewed",
                format!("Thank you for the payment. Every course stays open until {}.", day(ends_at)),
            ),
            Self::PaymentFailed { access_ends_at } => (
                "enrollment.membership.payment_failed",
                "Your membership could not be renewed",
                format!(
                    "The payment was declined. Every course stays open until {}; see to it that the next payment goes through.",
                    day(access_ends_at)
                ),
            ),
            Self::Expired => (
                "enrollment.membership.expired",
                "Your membership is over",
                "What you bought stays open, the other courses are closed. Subscribe again to open them.".to_owned(),
            ),
        };
        Notice { kind, title, body }
    }
}

/// Such as `3 June 2026`, in UTC.
fn day(at: i64) -> String {
    DateTime::from_timestamp_micros(at).map_or_else(String::new, |at| at.format("%-d %B %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::MembershipChange;

    /// 2026-06-03, noon.
    const NOON: i64 = 1_780_488_000_000_000;

    #[test]
    fn every_notice_fits_its_columns_and_names_the_day_it_is_about() {
        let changes = [
            MembershipChange::ExpiringSoon { ends_at: NOON, is_renewed: true },
            MembershipChange::ExpiringSoon { ends_at: NOON, is_renewed: false },
            MembershipChange::Renewed { ends_at: NOON },
            MembershipChange::PaymentFailed { access_ends_at: NOON },
            MembershipChange::Expired,
        ];
        for change in changes {
            let notice = change.notice();
            assert!(notice.kind.len() <= 64 && notice.title.len() <= 200 && notice.body.len() <= 2_000);
            assert_eq!(notice.body.contains("3 June 2026"), change != MembershipChange::Expired, "{}", notice.body);
        }
    }
}
