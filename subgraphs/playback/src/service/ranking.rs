//! `topPlayables`: what is watched most.

#[cfg(test)]
mod tests;

use kit_database::DatabaseError;
use kit_paging::{Page, PageRequest};

use super::Deck;
use crate::domain::Span;
use crate::store::rankings;

pub(crate) use crate::store::rankings::{Rank, order as rank_order, position as rank_position};

impl Deck {
    /// A page of what was viewed most in the span that ends now, and how many there are when that is asked for.
    pub(crate) async fn top(
        &self,
        span: Span,
        page: &PageRequest,
        counted: bool,
    ) -> Result<(Page<Rank>, Option<i64>), DatabaseError> {
        let now = self.clock.now();
        let total = if counted { Some(rankings::count(&self.database, span, now).await?) } else { None };
        Ok((page.page(rankings::page(&self.database, span, now, page).await?), total))
    }
}
