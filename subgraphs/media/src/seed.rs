//! media's share of the demonstration world: a film, a tone and a picture for every lesson, all of them really playable,
//! pictures of people, and its replicas of what learning and enrollment publish.
//!
//! Contents are shared: there is one film, made for this project, a tone for each of two octaves of lessons, a picture
//! for each course, and one for people of the same colour whose names begin alike.

mod avatars;
mod picture;
#[cfg(test)]
mod tests;
mod tone;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use kit_database::Database;
use kit_demonstration::{
    BulkInsert, Course, DemonstrationError, Lesson, Membership, MembershipStatus, Progress, Seeder, Table, World, row,
    table,
};
use kit_ids::{MediaFileId, UserId};
use kit_names::Named;
use sha2::{Digest, Sha256};

use crate::domain::mp4::{self, SegmentIndex};
use crate::domain::{MediaKind, MediaStatus, Sha256Hash, storage_key, wav};
use crate::service::Archive;
use crate::service::tickets::Tickets;
use crate::storage::Storage;

const NAME: &str = "media";
/// Twelve seconds of H.264 and AAC in fragments, 320 by 180.
const FILM: &[u8] = include_bytes!("seed/clip.mp4");
/// Replicas begin before the first event of an aggregate, so that any event replaces them.
const BEFORE_EVENTS: i64 = 0;
/// How long a membership that renews itself gives access after the end of its period (domain 3.3).
const RENEWAL_GRACE_US: i64 = 3 * 24 * 60 * 60 * 1_000_000;
/// A file is verified a minute after it was announced.
const VERIFIED_AFTER_US: i64 = 60 * 1_000_000;

const MEDIA_FILES: Table = table! {
    media_files
    key { id: Bytes }
    columns {
        owner_kind: Text, owner_id: Bytes, kind: Text, status: Text, file_name: Text, content_type: Text,
        byte_size: Integer, sha256: Bytes, storage_key: Text, object_key: Text, duration_seconds: Integer,
        uploader_id: Bytes, is_public: Integer, created_at: Integer, ready_at: Integer
    }
};
const SEGMENT_INDEXES: Table = table! {
    segment_indexes
    key { file_id: Bytes }
    columns { segments: Text }
};
const PLAYABLES: Table = table! {
    playables
    key { id: Bytes }
    columns { kind: Text, course_id: Bytes, is_free_preview: Integer }
};
const COURSES: Table = table! {
    courses
    key { id: Bytes }
    columns { status: Text, seq: Integer }
};
const COURSE_PLACES: Table = table! {
    course_places
    key { user_id: Bytes, course_id: Bytes }
    columns { source: Text, is_revoked: Integer, seq: Integer }
};
const MEMBERSHIPS: Table = table! {
    memberships
    key { id: Bytes }
    columns { user_id: Bytes, access_end: Integer, is_over: Integer, seq: Integer }
};

const UPLOAD_USAGE: Table = table! {
    upload_usage
    key { user_id: Bytes }
    columns { bytes: Integer, files: Integer }
};

/// Files before what refers to them.
const TABLES: &[Table] = &[MEDIA_FILES, SEGMENT_INDEXES, UPLOAD_USAGE, PLAYABLES, COURSES, COURSE_PLACES, MEMBERSHIPS];

/// Writes the files of the world, and the bytes that they share.
pub(crate) struct MediaSeeder {
    storage: Storage,
    tickets: Arc<Tickets>,
}

/// How many bytes in how many files each person keeps here.
#[derive(Default)]
struct Usage(BTreeMap<UserId, (i64, i64)>);

impl Usage {
    fn add(&mut self, user: UserId, content: &Content) {
        let (bytes, files) = self.0.entry(user).or_default();
        *bytes += content.byte_size;
        *files += 1;
    }
}

/// A content that files share.
struct Content {
    kind: MediaKind,
    content_type: &'static str,
    extension: &'static str,
    byte_size: i64,
    sha256: Sha256Hash,
    duration_seconds: Option<i64>,
}

impl Content {
    fn object_key(&self) -> String {
        format!("demonstration/{}", self.sha256)
    }
}

#[async_trait]
impl Seeder for MediaSeeder {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        TABLES
    }

    async fn seed(&self, world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
        let mut usage = Usage::default();
        self.seed_files(world, database, progress, &mut usage).await?;
        self.seed_avatars(world, database, progress, &mut usage).await?;
        seed_usage(&usage, database, progress).await?;
        seed_lessons(world, database, progress).await?;
        seed_access(world, database, progress).await
    }
}

impl MediaSeeder {
    pub(crate) fn of(archive: &Archive) -> Self {
        Self { storage: archive.storage.clone(), tickets: Arc::clone(&archive.tickets) }
    }

    async fn seed_files(
        &self,
        world: &World,
        database: &Database,
        progress: &Progress,
        usage: &mut Usage,
    ) -> Result<(), DemonstrationError> {
        let film = self.write(MediaKind::Video, "video/mp4", "mp4", FILM).await?;
        let mut tones = Vec::with_capacity(tone::COUNT);
        for number in 0..tone::COUNT {
            tones.push(self.write(MediaKind::Audio, "audio/wav", "wav", &tone::wave(number)).await?);
        }
        let lessons = world.lessons();
        let mut files = BulkInsert::new(database, MEDIA_FILES, progress.table(NAME, "media_files", 3 * lessons.len()));
        let mut films = Vec::with_capacity(lessons.len());
        for course in world.courses() {
            let picture = picture::svg(course.row, &course.title);
            let picture = self.write(MediaKind::Thumbnail, "image/svg+xml", "svg", picture.as_bytes()).await?;
            let thumbnail = world.thumbnail_of(course);
            for lesson in world.lessons_of(course) {
                for content in [&film, &tones[lesson.row % tone::COUNT], &picture] {
                    let id = world.file_of(lesson, content.kind.name());
                    usage.add(course.instructor_ids[0], content);
                    // The address of a course's picture stands in learning, where whoever sees the course reads it.
                    let is_picture = content.kind.is_picture();
                    let is_public = is_picture && (course.published_at.is_some() || thumbnail == Some(id));
                    files.push(file_row(id, (course, lesson), content, is_public)).await?;
                    if content.kind == MediaKind::Video {
                        films.push(id);
                    }
                }
            }
        }
        files.finish().await?;
        let index = serde_json::to_string(&film_index()).unwrap_or_default();
        let mut indexes =
            BulkInsert::new(database, SEGMENT_INDEXES, progress.table(NAME, "segment_indexes", films.len()));
        for id in films {
            indexes.push(row![id, &index]).await?;
        }
        indexes.finish().await
    }

    /// Writes a content once.
    async fn write(
        &self,
        kind: MediaKind,
        content_type: &'static str,
        extension: &'static str,
        bytes: &[u8],
    ) -> Result<Content, DemonstrationError> {
        let content = Content {
            kind,
            content_type,
            extension,
            byte_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            sha256: Sha256Hash(Sha256::digest(bytes).into()),
            duration_seconds: match content_type {
                "video/mp4" => film_index().duration_seconds(),
                "audio/wav" => wav::duration_seconds(bytes, bytes.len() as u64),
                _ => None,
            },
        };
        let written = self.storage.write_whole(&content.object_key(), bytes).await;
        written.map_err(|error| DemonstrationError::File { reason: error.to_string() })?;
        Ok(content)
    }
}

fn file_row(
    id: MediaFileId,
    (course, lesson): (&Course, &Lesson),
    content: &Content,
    is_public: bool,
) -> [kit_database::Value; 16] {
    let uploader = course.instructor_ids[0];
    row![
        id,
        "les",
        lesson.id,
        content.kind.name(),
        MediaStatus::Ready.name(),
        format!("lesson-{}.{}", lesson.position, content.extension),
        content.content_type,
        content.byte_size,
        content.sha256.0,
        storage_key(Some(lesson.id.into()), uploader, content.kind, id),
        content.object_key(),
        content.duration_seconds,
        uploader,
        is_public,
        lesson.created_at,
        lesson.created_at + VERIFIED_AFTER_US,
    ]
}

/// Where the fragments of the film lie.
fn film_index() -> SegmentIndex {
    let mut at = 0;
    let mut found = None;
    while let Some(head) = mp4::head(&FILM[at..], (FILM.len() - at) as u64) {
        let (begin, end) = (at + head.head as usize, at + head.size as usize);
        if &head.kind == b"sidx" && found.is_none() {
            found = mp4::segment_index(&FILM[begin..end], end as u64);
        }
        at = end;
    }
    found.expect("invariant: the film has an index, as a test says")
}

async fn seed_usage(usage: &Usage, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = progress.table(NAME, "upload_usage", usage.0.len());
    let mut insert = BulkInsert::new(database, UPLOAD_USAGE, rows);
    for (user, (bytes, files)) in &usage.0 {
        insert.push(row![*user, *bytes, *files]).await?;
    }
    insert.finish().await
}

async fn seed_lessons(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = world.lessons();
    let mut lessons = BulkInsert::new(database, PLAYABLES, progress.table(NAME, "playables", rows.len()));
    for lesson in rows {
        lessons.push(row![lesson.id, "les", lesson.course_id, lesson.is_free_preview]).await?;
    }
    lessons.finish().await?;
    let mut courses = BulkInsert::new(database, COURSES, progress.table(NAME, "courses", world.courses().len()));
    for course in world.courses() {
        courses.push(row![course.id, course.status.name(), BEFORE_EVENTS]).await?;
    }
    courses.finish().await
}

async fn seed_access(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = world.enrollments();
    let mut places = BulkInsert::new(database, COURSE_PLACES, progress.table(NAME, "course_places", rows.len()));
    for place in rows {
        places.push(row![place.user_id, place.course_id, place.source.name(), false, BEFORE_EVENTS]).await?;
    }
    places.finish().await?;
    let rows = world.memberships();
    let mut memberships = BulkInsert::new(database, MEMBERSHIPS, progress.table(NAME, "memberships", rows.len()));
    for membership in rows {
        let is_over = membership.status == MembershipStatus::Expired;
        memberships
            .push(row![membership.id, membership.user_id, access_end(membership), is_over, BEFORE_EVENTS])
            .await?;
    }
    memberships.finish().await
}

fn access_end(membership: &Membership) -> i64 {
    let renews = match membership.status {
        MembershipStatus::PastDue => true,
        MembershipStatus::Active => membership.auto_renew,
        MembershipStatus::Canceled | MembershipStatus::Expired => false,
    };
    membership.current_period_end + if renews { RENEWAL_GRACE_US } else { 0 }
}
