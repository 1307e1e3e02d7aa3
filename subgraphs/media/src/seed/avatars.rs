//! Pictures of people: the first letter of a name on two colours. Identity hears of them as it does of any other.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use kit_database::{Database, DatabaseError};
use kit_demonstration::{
    BulkInsert, DemonstrationError, Persona, Progress, User, UserStatus, World, WorldKey, mint, row,
};
use kit_events::{Origin, outbox};
use kit_ids::MediaFileId;
use kit_names::Named;

use super::{Content, MEDIA_FILES, MediaSeeder, NAME, Usage, VERIFIED_AFTER_US};
use crate::domain::{MediaKind, MediaStatus, storage_key};
use crate::events;

const KIND: MediaKind = MediaKind::Thumbnail;
/// Colours that pictures come in.
const COLOURS: usize = 4;
/// Of a hundred people so many have a picture.
const PICTURED: u64 = 85;
/// A picture is sent so long after registration.
const SENT_AFTER_US: i64 = 7 * 60 * 1_000_000;
/// Events of one transaction.
const CHUNK: usize = 500;

/// The picture of a person.
struct Avatar<'w> {
    user: &'w User,
    id: MediaFileId,
    colour: usize,
    letter: char,
}

impl MediaSeeder {
    pub(super) async fn seed_avatars(
        &self,
        world: &World,
        database: &Database,
        progress: &Progress,
        usage: &mut Usage,
    ) -> Result<(), DemonstrationError> {
        let avatars: Vec<Avatar<'_>> = world.users().iter().filter_map(|user| avatar(world, user)).collect();
        let mut contents: BTreeMap<(usize, char), Content> = BTreeMap::new();
        let mut files = BulkInsert::new(database, MEDIA_FILES, progress.table(NAME, "avatars", avatars.len()));
        for avatar in &avatars {
            let content = match contents.entry((avatar.colour, avatar.letter)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let picture = svg(avatar.colour, avatar.letter);
                    new.insert(self.write(KIND, "image/svg+xml", "svg", picture.as_bytes()).await?)
                }
            };
            usage.add(avatar.user.id, content);
            files.push(file_row(avatar, content)).await?;
        }
        files.finish().await?;
        self.tell(world.key(), &avatars, database)
            .await
            .map_err(|source| DemonstrationError::Database { action: "tell of pictures of people".to_owned(), source })
    }

    async fn tell(&self, key: &WorldKey, avatars: &[Avatar<'_>], database: &Database) -> Result<(), DatabaseError> {
        let origin = Origin::replay("demonstration");
        for chunk in avatars.chunks(CHUNK) {
            let mut transaction = database.begin().await?;
            for avatar in chunk {
                let url = self.tickets.public_url(avatar.id);
                let changed = events::avatar_changed(avatar.user.id, Some(&url), key.anchor.micros());
                outbox::append(&mut transaction, &origin, changed).await?;
            }
            transaction.commit().await?;
        }
        Ok(())
    }
}

/// Personas show themselves, but for who has done nothing yet; so do most others, while they are here.
fn avatar<'w>(world: &World, user: &'w User) -> Option<Avatar<'w>> {
    let mut random = world.random("avatars", user.row);
    let is_shown = match user.persona {
        Some(persona) => persona != Persona::NewUser,
        None => random.below(100) < PICTURED && user.status != UserStatus::Deactivated,
    };
    let letter = user.display_name.chars().next()?;
    let colour = random.index(COLOURS);
    is_shown.then(|| Avatar { user, id: mint(user.created_at + SENT_AFTER_US, &mut random), colour, letter })
}

fn file_row(avatar: &Avatar<'_>, content: &Content) -> [kit_database::Value; 16] {
    let Avatar { user, id, .. } = *avatar;
    let sent_at = user.created_at + SENT_AFTER_US;
    row![
        id,
        None::<&str>,
        None::<Vec<u8>>,
        KIND.name(),
        MediaStatus::Ready.name(),
        format!("{}.{}", user.handle, content.extension),
        content.content_type,
        content.byte_size,
        content.sha256.0,
        storage_key(None, user.id, KIND, id),
        content.object_key(),
        content.duration_seconds,
        user.id,
        true,
        sent_at,
        sent_at + VERIFIED_AFTER_US,
    ]
}

/// A letter on two colours.
pub(super) fn svg(colour: usize, letter: char) -> String {
    let hue = colour * 360 / COLOURS;
    let other = (hue + 30) % 360;
    let letter = super::picture::escaped(&letter.to_string());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\" role=\"img\"><defs>\
         <linearGradient id=\"g\" x2=\"1\" y2=\"1\"><stop stop-color=\"hsl({hue},55%,45%)\"/>\
         <stop offset=\"1\" stop-color=\"hsl({other},60%,30%)\"/></linearGradient></defs>\
         <rect width=\"96\" height=\"96\" fill=\"url(#g)\"/><text x=\"48\" y=\"63\" fill=\"#fff\" \
         text-anchor=\"middle\" font-family=\"sans-serif\" font-size=\"42\">{letter}</text></svg>\n"
    )
}
