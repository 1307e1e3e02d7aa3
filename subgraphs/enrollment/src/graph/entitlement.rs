//! Entitlements, for other subgraphs.

use async_graphql::SimpleObject;
use kit_graph::{DateTime, GraphError};
use kit_ids::CourseId;

use super::values::EnrollmentSource;
use crate::service::ServiceError;
use crate::service::entitlements::Entitlement;

/// Whether a person may use a resource.
#[derive(SimpleObject)]
#[graphql(inaccessible, tag = "internal")]
pub(crate) struct EntitlementDecision {
    /// The resource.
    resource_id: CourseId,
    /// Whether they may.
    granted: bool,
    /// By what right.
    source: Option<EnrollmentSource>,
    /// Until when; null means without end.
    expires_at: Option<DateTime>,
}

impl From<Entitlement> for EntitlementDecision {
    fn from(found: Entitlement) -> Self {
        Self {
            resource_id: found.course_id,
            granted: found.source.is_some(),
            source: found.source.map(EnrollmentSource::from),
            expires_at: found.expires_at.map(DateTime::from),
        }
    }
}

/// Questions have no user errors: what is wrong with one is an error of its field.
pub(crate) fn graph_error(error: &ServiceError) -> GraphError {
    match error {
        ServiceError::Refused(refusal) => GraphError::from(*refusal),
        ServiceError::Database(error) => GraphError::internal(error),
        _ => GraphError::bad_user_input(error.to_string()),
    }
}
