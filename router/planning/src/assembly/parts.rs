//! Which part of the answer each fetch is for (`@defer`).

use super::{Assembly, Cursor, Draft};
use crate::operation::{Boundary, BoundaryId};
use crate::plan::{DeferredPart, PartId};

/// What a draft is for, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Serves {
    /// Nothing that the client asks for itself.
    #[default]
    Others,
    /// This part, or with none the first answer.
    Part(Option<BoundaryId>),
}

impl Assembly<'_, '_> {
    /// Notes that the draft brings something of the part.
    pub(super) fn note_part(&mut self, cursor: Cursor<'_>) {
        let Some(draft) = cursor.draft else { return };
        let boundaries = self.solver.arena.boundaries();
        if !boundaries.is_empty() {
            self.drafts[draft].serves = join(self.drafts[draft].serves, Serves::Part(cursor.part), boundaries);
        }
    }
}

/// Decides for every draft: what others wait for is needed as early as they are.
pub(super) fn assign(drafts: &mut [Draft], boundaries: &[Boundary]) {
    if boundaries.is_empty() {
        return;
    }
    // A draft may depend on one with a higher index; each round takes one more step back along the chains.
    loop {
        let mut has_changed = false;
        for draft in 0..drafts.len() {
            for other in drafts[draft].depends_on.clone() {
                let joined = join(drafts[other].serves, drafts[draft].serves, boundaries);
                has_changed |= joined != drafts[other].serves;
                drafts[other].serves = joined;
            }
        }
        if !has_changed {
            return;
        }
    }
}

/// The nearest part around both.
fn join(left: Serves, right: Serves, boundaries: &[Boundary]) -> Serves {
    match (left, right) {
        (Serves::Others, other) | (other, Serves::Others) => other,
        (Serves::Part(left), Serves::Part(right)) => {
            let around = |part: Option<BoundaryId>| {
                std::iter::successors(part, |part| boundaries[part.0].parent).collect::<Vec<_>>()
            };
            let others = around(right);
            Serves::Part(around(left).into_iter().find(|part| others.contains(part)))
        }
    }
}

/// The parts as the plan lists them.
pub(super) fn deferred(boundaries: &[Boundary]) -> Vec<DeferredPart> {
    let parts = boundaries.iter().map(|boundary| DeferredPart {
        label: boundary.label.clone(),
        path: boundary.path.clone(),
        parent: boundary.parent.map(|parent| PartId(parent.0)),
        variable: boundary.variable.clone(),
    });
    parts.collect()
}
