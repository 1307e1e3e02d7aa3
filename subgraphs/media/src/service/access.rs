//! Who may play what, by what sisters have told; what they have not told yet is asked of enrollment (domain 3.4).
//!
//! A question that is not answered in time is a refusal: access is never open by default.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use kit_ids::{CourseId, MediaFileId, PlayableId, UserId};
use kit_viewer::{Scope, Viewer};
use serde::Deserialize;
use serde_json::json;

use super::tickets::Holder;
use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{Denial, MediaFile, MediaStatus, PlayableFacts, Standing, may_play};
use crate::store::access::{BY_MEMBERSHIP, MembershipAccess, memberships, places};
use crate::store::{departures, playables};

/// How long enrollment may take (domain 3.4).
const ANSWER_TIME_MAX: Duration = Duration::from_millis(200);
/// Courses of one question.
const COURSES_MAX: usize = 100;
const QUESTION: &str = "query Entitlements($userId: ID!, $resourceIds: [ID!]!) {
  entitlements(userId: $userId, resourceIds: $resourceIds) { resourceId granted }
}";

#[derive(Deserialize)]
struct Answer {
    entitlements: Vec<Decision>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decision {
    resource_id: CourseId,
    granted: bool,
}

/// What reading a file depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Open,
    Closed,
    /// On whether one may play what it belongs to.
    WhoMayPlay(PlayableId),
}

impl Reading {
    /// Everyone may read a public file, its sender and holders of `media:write` any, and others a verified one of what they
    /// may play.
    pub(crate) fn of(file: &MediaFile, viewer: &Viewer) -> Self {
        let is_ready = file.status == MediaStatus::Ready;
        let is_theirs = viewer.is_user(file.uploader_id) || viewer.has_scope(Scope::MediaWrite);
        match file.owner {
            _ if is_theirs || (is_ready && file.is_public) => Self::Open,
            Some(owner) if is_ready => Self::WhoMayPlay(owner),
            _ => Self::Closed,
        }
    }
}

impl Archive {
    /// Whether somebody may play each of these. What nothing was told of is not open.
    pub(crate) async fn decide(
        &self,
        viewer: &Viewer,
        playables: &[PlayableId],
    ) -> ServiceResult<HashMap<PlayableId, Result<(), Denial>>> {
        let Some(user) = viewer.user_id() else {
            return Ok(playables.iter().map(|id| (*id, Err(Denial::SignInRequired))).collect());
        };
        if viewer.has_scope(Scope::MediaWrite) {
            return Ok(playables.iter().map(|id| (*id, Ok(()))).collect());
        }
        self.decide_for(user, playables).await
    }

    /// The same for somebody of whom nothing but the id is known.
    pub(crate) async fn decide_for(
        &self,
        user: UserId,
        playables: &[PlayableId],
    ) -> ServiceResult<HashMap<PlayableId, Result<(), Denial>>> {
        let facts: HashMap<[u8; 16], PlayableFacts> =
            playables::facts(&self.database, playables).await?.into_iter().collect();
        let courses: HashSet<CourseId> = facts.values().filter_map(|facts| facts.course).collect();
        let courses: Vec<CourseId> = courses.into_iter().collect();
        let standings = self.standings(user, &courses).await?;
        let told = |id: &PlayableId| match facts.get(&id.to_bytes()) {
            Some(facts) => may_play(*facts, standing_in(&standings, facts.course)),
            None => Err(Denial::NotPublished),
        };
        let mut decided: HashMap<PlayableId, Result<(), Denial>> = playables.iter().map(|id| (*id, told(id))).collect();
        self.ask_about_refusals(user, &facts, &mut decided).await;
        Ok(decided)
    }

    /// Whether somebody may read a file.
    pub(crate) async fn may_read(&self, viewer: &Viewer, file: &MediaFile) -> ServiceResult<bool> {
        match Reading::of(file, viewer) {
            Reading::Open => Ok(true),
            Reading::Closed => Ok(false),
            Reading::WhoMayPlay(owner) => Ok(self.decide(viewer, &[owner]).await?.get(&owner) == Some(&Ok(()))),
        }
    }

    /// Why somebody may not change a file of someone else's: what they may not even read is `missing` for them.
    pub(crate) async fn not_theirs(&self, viewer: &Viewer, id: MediaFileId, missing: ServiceError) -> ServiceError {
        let Ok(Some(file)) = self.found(id).await else { return missing };
        match self.may_read(viewer, &file).await {
            Ok(true) => ServiceError::NotOwner,
            Ok(false) => missing,
            Err(error) => error,
        }
    }

    /// Whether the holder of a ticket may still have its file. Who has left may have none (PS-17).
    pub(crate) async fn may_still_read(&self, holder: Holder, file: &MediaFile) -> ServiceResult<bool> {
        let (Holder::Person(user) | Holder::Keeper(user)) = holder;
        if departures::has_left(&self.database, user).await? {
            return Ok(false);
        }
        if matches!(holder, Holder::Keeper(_)) || file.is_public || file.uploader_id == user {
            return Ok(true);
        }
        let Some(owner) = file.owner else { return Ok(false) };
        Ok(self.decide_for(user, &[owner]).await?.get(&owner) == Some(&Ok(())))
    }

    async fn standings(&self, user: UserId, courses: &[CourseId]) -> ServiceResult<HashMap<CourseId, Standing>> {
        if courses.is_empty() {
            return Ok(HashMap::new());
        }
        let now = self.clock.now();
        let memberships = memberships(&self.database, user).await?;
        let is_live = |one: &MembershipAccess| !one.is_over && now < one.access_end;
        let is_member = memberships.iter().any(is_live);
        let places: HashMap<CourseId, String> = places(&self.database, user, courses).await?.into_iter().collect();
        let standing = |course: &CourseId| {
            let source = places.get(course).map(String::as_str);
            let was_member = !memberships.is_empty() || source == Some(BY_MEMBERSHIP);
            Standing { has_own_place: source.is_some_and(|source| source != BY_MEMBERSHIP), is_member, was_member }
        };
        Ok(courses.iter().map(|course| (*course, standing(course))).collect())
    }

    /// What was refused for want of a right may only not have been told yet.
    async fn ask_about_refusals(
        &self,
        user: UserId,
        facts: &HashMap<[u8; 16], PlayableFacts>,
        decided: &mut HashMap<PlayableId, Result<(), Denial>>,
    ) {
        let course_of = |id: &PlayableId| facts.get(&id.to_bytes()).and_then(|facts| facts.course);
        let is_open_question =
            |decision: &Result<(), Denial>| matches!(decision, Err(Denial::NotEnrolled | Denial::SubscriptionExpired));
        let refused = decided.iter().filter(|(_, decision)| is_open_question(decision));
        let courses: HashSet<CourseId> = refused.filter_map(|(id, _)| course_of(id)).take(COURSES_MAX).collect();
        if courses.is_empty() {
            return;
        }
        let granted = self.granted(user, &courses).await;
        for (id, decision) in decided.iter_mut().filter(|(_, decision)| is_open_question(decision)) {
            let Some(course) = course_of(id) else { continue };
            match &granted {
                Some(granted) if granted.contains(&course) => *decision = Ok(()),
                Some(_) => {}
                None => *decision = Err(Denial::NotKnown),
            }
        }
    }

    /// Of these courses those that enrollment grants; nothing when it does not answer.
    async fn granted(&self, user: UserId, courses: &HashSet<CourseId>) -> Option<HashSet<CourseId>> {
        let variables = json!({ "userId": user, "resourceIds": courses });
        let asked = self.enrollment.ask(&Viewer::anonymous(), QUESTION, variables, ANSWER_TIME_MAX).await;
        let answer = asked.map_err(|error| error.to_string());
        let answer = answer.and_then(|data| Answer::deserialize(data).map_err(|error| error.to_string()));
        match answer {
            Ok(answer) => {
                let granted = answer.entitlements.into_iter().filter(|decision| decision.granted);
                Some(granted.map(|decision| decision.resource_id).collect())
            }
            Err(error) => {
                tracing::warn!(error, "enrollment could not be asked for entitlements; access is refused");
                None
            }
        }
    }
}

fn standing_in(standings: &HashMap<CourseId, Standing>, course: Option<CourseId>) -> Standing {
    let none = Standing { has_own_place: false, is_member: false, was_member: false };
    course.and_then(|course| standings.get(&course).copied()).unwrap_or(none)
}
