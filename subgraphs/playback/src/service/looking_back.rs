//! `learningPattern`: when and how a person watches.

#[cfg(test)]
mod tests;

use kit_database::DatabaseError;
use kit_ids::UserId;

use super::Deck;
use crate::domain::{Habits, PATTERN_DAYS_MAX, Pattern, first_hour};
use crate::store::{progress, sessions, watch_time};

impl Deck {
    /// A person's pattern of the last days, 1 to [`PATTERN_DAYS_MAX`].
    pub(crate) async fn pattern(&self, user: UserId, days: i64) -> Result<Pattern, DatabaseError> {
        let now = self.clock.now();
        let watched = watch_time::of_user(&self.database, user, first_hour(now, PATTERN_DAYS_MAX)).await?;
        let since = first_hour(now, days);
        let sessions = sessions::habits(&self.database, user, since).await?;
        let Habits { begun, completed, .. } = progress::habits(&self.database, user, since).await?;
        Ok(Pattern::of(&watched, Habits { begun, completed, ..sessions }, now, days))
    }
}
